"""The JSON API of patients and their records, read-only."""

from __future__ import annotations

from rest_framework.routers import BaseRouter


def register(router: BaseRouter) -> None:
    """Add the records' views to the API's router."""
