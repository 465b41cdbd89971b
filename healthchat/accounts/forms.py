"""The forms that make an account, also out of a guest's, and look after it."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from healthchat.accounts.models import AccessToken, Guest


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]
    """Create an account; with a guest as `instance`, turn it into one, so that its conversations are kept."""

    class Meta:
        model = User
        fields = ["username"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("username", None)

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=commit)
        Guest.objects.filter(user=user).delete()
        return user


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a new access token is for, and what it may do."""

    scope = forms.ChoiceField(label=_("What it may do"), choices=[("read", _("Read")), ("write", _("Read and write"))])

    class Meta:
        model = AccessToken
        fields = ["name", "scope"]
        labels = {"name": _("What it is for")}
        help_texts = {"name": _("A name to recognise it by, such as “my notebook”.")}
