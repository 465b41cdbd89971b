"""Who a visitor without an account is, by what a program is let in, and who has looked at a person's words."""

from __future__ import annotations

from typing import Any, NoReturn

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


class AccessToken(models.Model):
    """Lets a program in, in the name of the person who made it. The secret itself is not stored."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=Scope.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of the secret, which has 256 random bits and needs no slower hash."""
    hint = models.CharField(max_length=12, editable=False)
    """How the secret begins, to tell one from the other."""
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"access token {self.hint}…"


class SignedIn(models.Model):
    """A browser in which somebody is signed in."""

    session = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="signed_in")
    agent = models.CharField(max_length=300, blank=True)
    """How the browser calls itself."""
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-since"]

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class AppendOnly(Exception):
    """A row of this table is written once and never changed."""


class Disclosure(models.Model):
    """Says that somebody who runs the server opened a person's sealed words or values, and why.

    Written once and shown to the person. The database itself refuses to change a row (see the migrations); it goes
    only with the person's account.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="disclosures")
    opened_by = models.CharField(max_length=150)
    """The name at that time: it stays when that account is gone."""
    opened_by_id = models.IntegerField()
    subject = models.CharField(max_length=80)
    """What was opened: `conversation <id>`, `patient <id>`."""
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["opened_by_id", "subject", "-at"], name="disclosure_by_reader")]
        permissions = [("open_seal", "Can open a person's sealed words and values, giving a reason")]

    def __str__(self) -> str:
        return f"disclosure of {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly
