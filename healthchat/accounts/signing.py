"""Signing in, with a second factor for whoever has one, and changing or resetting a password.

Sign-in goes through allauth, which limits wrong attempts and asks for the second factor; the rest is Django's own.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.account.views import reauthenticate as reauthenticate  # re-exported for the addresses
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import UpdateView


class SignInForm(AuthenticationForm):
    """Name and password. After some wrong attempts it has to wait a while."""

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name and password:
            self.user_cache = get_adapter().authenticate(self.request, username=name, password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class SignIn(views.LoginView):
    """Sign in, and go on to the second factor where there is one."""

    form_class = SignInForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        response: HttpResponse = perform_login(self.request, user, redirect_url=self.get_success_url())
        return response


class AdminSignInForm(AdminAuthenticationForm):
    """The administration's own way in has no place for a second factor: whoever has one comes by the chat's."""

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if is_mfa_enabled(user):
            told = _("This account has a second factor. Please sign in to the chat first, then come back.")
            raise forms.ValidationError(told, code="second_factor")


admin.site.login_form = AdminSignInForm


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ChangePassword(views.PasswordChangeView):
    """Change the password; other browsers are signed out by it."""

    template_name = "accounts/change_password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password was changed. Other browsers are signed out."))
        return response


@method_decorator(login_required, name="dispatch")
class ResetAddress(UpdateView):  # type: ignore[type-arg]
    """The e-mail address to which a link for a forgotten password is sent; nothing else is."""

    model = User
    fields = ["email"]
    template_name = "accounts/email.html"
    success_url = reverse_lazy("account")

    def get_object(self, queryset: Any = None) -> User:
        assert isinstance(self.request.user, User)
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("The address was saved."))
        return super().form_valid(form)


class ForgottenPassword(views.PasswordResetView):
    """Send a link to the address on file. Whether there is one is not told."""

    template_name = "accounts/forgotten.html"
    email_template_name = "accounts/forgotten_email.txt"
    subject_template_name = "accounts/forgotten_subject.txt"
    title = gettext_lazy("Forgotten password")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"can_send": bool(settings.EMAIL_URL)}


class ResetSent(views.PasswordResetDoneView):
    template_name = "accounts/forgotten_sent.html"


class NewPassword(views.PasswordResetConfirmView):
    template_name = "accounts/new_password.html"


class NewPasswordSet(views.PasswordResetCompleteView):
    template_name = "accounts/new_password_set.html"
