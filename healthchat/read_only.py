"""For the admin: everything may be seen and nothing changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """For admin classes and inlines; to be named before Django's own class."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
