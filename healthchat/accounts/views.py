"""Making an account and looking after it; signing in and out are in `healthchat.accounts.signing`."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from healthchat.accounts import sessions, tokens
from healthchat.accounts.forms import SignUpForm, TokenForm
from healthchat.accounts.guests import BACKEND, is_guest, person_of, signed_in
from healthchat.accounts.models import AccessToken

SHOWN_DISCLOSURES = 100


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Make an account where the server takes in visitors; elsewhere whoever runs it makes them."""
    if not settings.HEALTHCHAT_GUESTS:
        raise Http404
    person = person_of(request)
    if person is not None and not is_guest(person):
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignUpForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend=BACKEND)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "registration/signup.html", {"form": form, "keeps": person is not None})


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's account on one page."""
    return render(request, "accounts/account.html", _shown(request))


@require_POST
@never_cache
@login_required
def make_token(request: HttpRequest) -> HttpResponse:
    """Make an access token and show its secret, this once."""
    form = TokenForm(request.POST)
    if is_guest(signed_in(request)) or not form.is_valid():
        return render(request, "accounts/account.html", _shown(request) | {"token_form": form}, status=422)
    try:
        made = tokens.make(signed_in(request), **form.cleaned_data)
    except tokens.TooManyTokens:
        messages.error(request, _("You have as many access tokens as you may. Please revoke one first."))
        return redirect("account")
    return render(request, "accounts/account.html", _shown(request) | {"made": made})


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke an access token; feeds that were opened with it end within seconds."""
    get_object_or_404(AccessToken, pk=pk, user=signed_in(request)).delete()
    messages.success(request, _("The access token was revoked. Programs that use it are let in no more."))
    return redirect("account")


@require_POST
@login_required
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out one other browser, or all others."""
    sessions.end(signed_in(request), mark=request.POST.get("mark", ""), own=request.session.session_key)
    messages.success(request, _("Signed out there."))
    return redirect("account")


def _shown(request: HttpRequest) -> dict[str, object]:
    user = signed_in(request)
    return {
        "token_form": TokenForm(),
        "tokens": user.access_tokens.all(),
        "sessions": sessions.of(user, own=request.session.session_key),
        "disclosures": user.disclosures.all()[:SHOWN_DISCLOSURES],
    }
