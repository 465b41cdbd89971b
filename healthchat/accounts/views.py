"""Making an account; signing in and out are Django's own views."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from healthchat.accounts.forms import SignUpForm
from healthchat.accounts.guests import BACKEND, is_guest, person_of


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
