"""The form that makes an account, also out of a guest's."""

from __future__ import annotations

from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User

from healthchat.accounts.models import Guest


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
