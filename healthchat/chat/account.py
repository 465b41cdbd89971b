"""All that an account holds: to take away as one file, and to delete."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from healthchat.accounts.guests import is_guest, signed_in
from healthchat.chat.export import as_json, as_markdown
from healthchat.chat.models import Conversation, Run
from healthchat.records.export import bundle_of
from healthchat.records.models import Patient
from healthchat.records.view import records_of


@require_safe
@never_cache
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Everything as a ZIP archive: the conversations as JSON and Markdown, the records as FHIR bundles."""
    headers = {"Content-Disposition": 'attachment; filename="healthchat.zip"'}
    return HttpResponse(archive_of(signed_in(request)), content_type="application/zip", headers=headers)


@sensitive_post_parameters()
@require_POST
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account and all it holds; whoever has a password says it."""
    user = signed_in(request)
    if not is_guest(user) and not user.check_password(request.POST.get("password", "")):
        messages.error(request, _("That is not your password. Nothing was deleted."))
        return redirect("account")
    if Run.objects.unfinished().filter(owner=user).exists():
        messages.error(request, _("A question of yours is still being answered. Please stop it first."))
        return redirect("account")
    logout(request)
    user.delete()
    messages.success(request, _("Your account and everything in it were deleted."))
    return redirect("login")


def archive_of(user: User) -> bytes:
    """The archive: `account.json`, `conversations/<id>.json` and `.md`, `records/<id>.fhir.json`."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", _json(_account(user)))
        for conversation in Conversation.objects.filter(owner=user).select_related("patient").iterator():
            archive.writestr(f"conversations/{conversation.pk}.json", _json(as_json(conversation)))
            archive.writestr(f"conversations/{conversation.pk}.md", as_markdown(conversation))
        for patient in Patient.objects.owned_by(user):
            archive.writestr(
                f"records/{patient.pk}.fhir.json", _json(bundle_of(records_of(patient), name=patient.name))
            )
    return file.getvalue()


def _account(user: User) -> dict[str, object]:
    return {
        "name": user.get_username(),
        "email": user.email,
        "since": user.date_joined.isoformat(),
        "disclosures": [
            {"at": one.at.isoformat(), "by": one.opened_by, "what": one.subject, "why": one.reason}
            for one in user.disclosures.all()
        ],
        "access_tokens": [
            {"name": one.name, "scope": one.scope, "made": one.created.isoformat()} for one in user.access_tokens.all()
        ],
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


urlpatterns = [
    path("account/export/", export, name="export-account"),
    path("account/delete/", delete, name="delete-account"),
]
