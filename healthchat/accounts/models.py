"""Who a visitor without an account is."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Guest(models.Model):
    """Marks an account as a visitor's: it has no password and is bound to one browser session."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"guest {self.user_id}"
