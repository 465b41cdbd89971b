"""The seal on a person's words and record values: whoever runs the server opens it for a reason, and the person sees.

Everything in the administration that is not needed to run the server is behind it. Opening is for one subject, by one
member of staff, for a while; each opening is a `Disclosure`, which cannot be changed or removed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from healthchat.accounts.models import Disclosure
from healthchat.read_only import ReadOnly

OPEN_MINUTES = 30
SHORTEST_REASON = 10
PERMISSION = "accounts.open_seal"


class ReasonForm(forms.Form):
    """Why a seal is opened, in words that the person can read."""

    reason = forms.CharField(
        min_length=SHORTEST_REASON,
        max_length=500,
        label="Why do you need to see this?",
        help_text="The person reads this in their account, with your name and the time.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def open_seal(person: User, *, by: User, subject: str, reason: str) -> Disclosure:
    """Open `subject` of a person to a member of staff for `OPEN_MINUTES`, and write down that it was."""
    return Disclosure.objects.create(
        person=person, opened_by=by.get_username(), opened_by_id=by.pk, subject=subject, reason=reason
    )


def opened(by: User | AnonymousUser, subjects: Collection[str], *, now: datetime) -> set[str]:
    """Those of the subjects that are open to this member of staff."""
    since = now - timedelta(minutes=OPEN_MINUTES)
    rows = Disclosure.objects.filter(opened_by_id=by.pk or 0, subject__in=subjects, at__gt=since)
    return set(rows.values_list("subject", flat=True))


class SealedAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """A read-only admin whose `opened_fields` are shown once the seal of an object is open."""

    sealed_fields: tuple[str, ...] = ()
    """What is needed to run the server, and says nothing of what a person wrote or has."""
    opened_fields: tuple[str, ...] = ()
    change_form_template = "admin/sealed.html"

    def owner_of(self, obj: Any) -> User | None:
        """Whose it is; None for what is nobody's and needs no seal."""
        raise NotImplementedError

    def subject_of(self, obj: Any) -> str:
        raise NotImplementedError

    def is_open(self, request: HttpRequest, obj: Any) -> bool:
        subject = self.subject_of(obj)
        return self.owner_of(obj) is None or subject in opened(request.user, [subject], now=timezone.now())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.sealed_fields + (self.opened_fields if obj is not None and self.is_open(request, obj) else ())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.sealed_fields + self.opened_fields

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        seal = {} if obj is None else self.seal_of(request, obj)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **seal})

    def seal_of(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What the page says of the seal."""
        return {
            "seal_open": self.is_open(request, obj),
            "seal_needed": self.owner_of(obj) is not None,
            "seal_may_open": request.user.has_perm(PERMISSION),
            "seal_form": ReasonForm(),
            "seal_minutes": OPEN_MINUTES,
            "seal_address": reverse(f"admin:{self._name('open')}", args=[obj.pk]),
        }

    def get_urls(self) -> list[URLPattern]:
        place = path("<path:object_id>/open/", self.admin_site.admin_view(self.open_view), name=self._name("open"))
        return [place, *super().get_urls()]

    def open_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the seal of an object, for a reason."""
        obj = self.get_object(request, object_id)
        person = self.owner_of(obj) if obj is not None and self.has_view_permission(request, obj) else None
        if obj is None or person is None or not request.user.has_perm(PERMISSION) or request.method != "POST":
            raise Http404
        form = ReasonForm(request.POST)
        if form.is_valid():
            assert isinstance(request.user, User)
            open_seal(person, by=request.user, subject=self.subject_of(obj), reason=form.cleaned_data["reason"])
            messages.warning(request, f"Open to you for {OPEN_MINUTES} minutes. The person sees that you opened it.")
        else:
            messages.error(request, f"Please give a reason of at least {SHORTEST_REASON} characters.")
        return redirect(f"admin:{self._name('change')}", object_id=obj.pk)

    def _name(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"
