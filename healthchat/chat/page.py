"""The pages of the chat, rendered on the server; they work, and can ask, without JavaScript too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from healthchat.accounts.guests import person_of
from healthchat.chat import asking, questions
from healthchat.chat.choice import model_of, offered
from healthchat.chat.engine import engine
from healthchat.chat.export import FORMS, exported
from healthchat.chat.models import LONGEST_NOTE, LONGEST_TITLE, URGENT_LEVELS, Conversation, Feedback, Run
from healthchat.chat.questions import Refused
from healthchat.chat.search import LONGEST_SEARCH, MOST_FOUND, containing
from healthchat.chat.sheet import sheet_of
from healthchat.chat.turn import Turn, turns_of
from healthchat.chat.versions import place_of, versions_of
from healthchat.database import in_database, write
from healthchat.records.models import Patient

LISTED_CONVERSATIONS = 50
SHOWN_TURNS = 6
EMERGENCY_NUMBERS = {"us": "911", "eu": "112", "uk": "999"}
SUGGESTIONS = (
    gettext_noop("What was my latest HbA1c?"),
    gettext_noop("How has my cholesterol changed over the years?"),
    gettext_noop("Which of my results are outside the lab’s range?"),
)

View = Callable[..., HttpResponse]


def for_visitors(view: View) -> View:
    """Let a visitor in where guests are allowed; elsewhere ask to sign in first. Nothing of it is kept by a cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if person_of(request) is None and not settings.HEALTHCHAT_GUESTS:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return never_cache(guarded)


@require_safe
@for_visitors
def home(request: HttpRequest) -> HttpResponse:
    """A new conversation, beside the earlier ones."""
    return render(request, "chat/page.html", _frame(request))


@require_safe
@for_visitors
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One conversation: its newest turns, or with `?all` every one; with `?version=` an earlier one of a question."""
    talk = _own_conversation(request, pk)
    context = _talk(talk, everything="all" in request.GET, chosen=request.GET.get("version", ""))
    return render(request, "chat/page.html", _frame(request, talk) | context)


@require_GET
@for_visitors
def turn(request: HttpRequest, pk: UUID, run_id: UUID) -> HttpResponse:
    """One turn by itself, for the page to put in its place."""
    talk = _own_conversation(request, pk)
    run = get_object_or_404(_runs(talk), pk=run_id)
    questions = versions_of(talk)
    place = place_of(questions, run.pk)
    above = [versions.newest.run for versions in questions[max(0, place - 1) : place]]
    *_, shown = turns_of([*_runs(talk).filter(pk__in=above), run])
    shown.versions = questions[place].with_shown(run.pk)
    return render(request, "chat/turn.html", {"turn": shown, "conversation": talk})


@require_safe
@for_visitors
def sheet(request: HttpRequest, pk: UUID, run_id: UUID) -> HttpResponse:
    """The summary for a visit as one page to print."""
    talk = _own_conversation(request, pk)
    found = sheet_of(get_object_or_404(_runs(talk), pk=run_id))
    if found is None:
        raise Http404
    context = {"sheet": found, "conversation": talk, "patient": talk.patient}
    response = render(request, "chat/sheet.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_GET
@for_visitors
def side(request: HttpRequest) -> HttpResponse:
    """What a first question changes, by itself: the list, the account menu, what is urgent, the conversation's head."""
    current = request.GET.get("current", "")
    talk = _found(request, current)
    context = {
        "conversations": _conversations(request),
        "current": current,
        "emergency_number": _emergency_number(),
        "urgent": _urgent(request),
        "conversation": talk,
        **_about(request, talk),
    }
    return render(request, "chat/side.html", context)


@require_safe
@for_visitors
def archive(request: HttpRequest) -> HttpResponse:
    """A new conversation, beside those that were taken out of the list."""
    return render(request, "chat/page.html", _frame(request) | {"conversations": _archived(request), "archive": True})


@require_POST
@for_visitors
def find(request: HttpRequest) -> HttpResponse:
    """A new conversation, beside those in which words occur. By POST: what people look for stands in no address."""
    words = request.POST.get("words", "")[:LONGEST_SEARCH].replace("\0", "")
    person = person_of(request)
    owned = Conversation.objects.filter(owner=person) if person else Conversation.objects.none()
    found = containing(owned, words)[:MOST_FOUND] if words.strip() else _conversations(request)
    return render(request, "chat/page.html", _frame(request) | {"conversations": list(found), "words": words})


@require_POST
@for_visitors
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rename a conversation, take it out of the list and back, or have another model answer from now on."""
    talk = _own_conversation(request, pk)
    try:
        model = questions.checked_model(request.POST["model"]) if "model" in request.POST else None
    except Refused as refused:
        return _shown(request, talk, refused)
    title = " ".join(request.POST.get("title", "").replace("\0", "").split())[:LONGEST_TITLE]
    archived = request.POST["archive"] == "yes" if "archive" in request.POST else None
    talk.change(title=title or None, archived=archived, model=model)
    if model is not None:
        messages.success(request, _("From now on this model answers here: %(model)s") % {"model": model_of(talk)})
    if archived is not None:
        told = _("The conversation is in the archive.") if archived else _("The conversation is in the list again.")
        messages.success(request, told)
    return redirect("conversation", pk=pk)


@require_safe
@for_visitors
def export(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """A whole conversation as a file."""
    if form not in FORMS:
        raise Http404
    return exported(_own_conversation(request, pk), form)


@require_POST
@for_visitors
def feedback(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Keep what the person thinks of an answer; the same thumb again takes it back, where no note comes with it."""
    run = _own_run(request, run_id)
    rating, note = request.POST.get("rating", ""), request.POST.get("note")
    if rating not in Feedback.Rating.values or not run.ended:
        return HttpResponseBadRequest()
    given = Feedback.objects.filter(run=run).first()
    if given is not None and given.rating == rating and note is None:
        given.delete()
    else:
        kept = note if note is not None else given.note if given else ""
        run.rate(rating, note=kept[:LONGEST_NOTE].replace("\0", ""))
    return redirect(f"{reverse('conversation', args=[run.conversation_id])}#turn-{run.pk}")


@require_POST
@for_visitors
def acknowledge(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Note that the person has read what is urgent."""
    run = _own_run(request, run_id)
    run.acknowledge()
    return redirect("conversation", pk=run.conversation_id)


@require_POST
async def ask(request: HttpRequest) -> HttpResponse:
    """Take a question from the page's form, without JavaScript."""
    try:
        asked, *_rest = await asking.ask(
            request,
            request.POST.get("message"),
            conversation=request.POST.get("conversation") or None,
            patient=request.POST.get("patient") or None,
            replaces=request.POST.get("replaces") or None,
            model=request.POST.get("model") or None,
        )
    except Refused as refused:
        if refused.code == "not_signed_in":
            return redirect("login")
        return await in_database(_refused, request, refused)
    return redirect("conversation", pk=asked.run.conversation_id)


@require_POST
async def stop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Stop a run, without JavaScript."""
    run = await in_database(_own_run, request, run_id)
    if not run.ended:
        await engine().cancel(run.pk)
    return redirect("conversation", pk=run.conversation_id)


@require_POST
async def retry(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Answer a run's question anew, or ask one specialist of it again or another model, without JavaScript."""
    earlier = await in_database(_own_run, request, run_id)
    fields = {name: request.POST.get(name) or None for name in ("specialist", "model")}
    try:
        run = await write(_retried, request, earlier.pk, fields)
    except Refused as refused:
        return await in_database(_retry_refused, request, earlier, refused)
    engine().start(run.pk)
    return redirect("conversation", pk=run.conversation_id)


@require_POST
@for_visitors
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a conversation with everything that was said and recorded in it."""
    talk = _own_conversation(request, pk)
    if talk.runs.unfinished().exists():
        messages.error(request, _("This conversation is still being answered. Stop the answer first, then delete it."))
        return redirect("conversation", pk=pk)
    talk.delete()
    messages.success(request, _("The conversation was deleted."))
    return redirect("chat")


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say what is wrong, with the person's words still in the box."""
    talk = _found(request, request.POST.get("conversation", ""))
    return _shown(request, talk, refused, draft=request.POST.get("message", ""))


def _retried(request: HttpRequest, run_id: UUID, fields: dict[str, str | None]) -> Run:
    return questions.retry(_person(request), run_id, **fields)


def _retry_refused(request: HttpRequest, run: Run, refused: Refused) -> HttpResponse:
    return _shown(request, _own_conversation(request, run.conversation_id), refused)


def _shown(request: HttpRequest, talk: Conversation | None, refused: Refused, *, draft: str = "") -> HttpResponse:
    context = _frame(request, talk) | {"draft": draft, "refused": refused.message}
    return render(request, "chat/page.html", context | (_talk(talk) if talk else {}), status=refused.status)


def _found(request: HttpRequest, written: str) -> Conversation | None:
    """The person's own conversation of that id, if there is one."""
    pk, person = _uuid(written), person_of(request)
    if pk is None or person is None:
        return None
    return Conversation.objects.filter(owner=person, pk=pk).select_related("patient").first()


def _talk(talk: Conversation, *, everything: bool = False, chosen: str = "") -> dict[str, Any]:
    """A conversation's newest turns, or every one, with a chosen version in the place of the newest."""
    version = _uuid(chosen)
    found = [versions.with_shown(version) for versions in versions_of(talk)]
    wanted = found if everything else found[-SHOWN_TURNS:]
    runs_by_id = _runs(talk).in_bulk([versions.shown.run for versions in wanted])
    turns = turns_of([runs_by_id[versions.shown.run] for versions in wanted])
    for turn, versions in zip(turns, wanted, strict=True):
        turn.versions = versions
    return {"conversation": talk, "turns": turns, "earlier": len(found) - len(turns)}


def _frame(request: HttpRequest, talk: Conversation | None = None) -> dict[str, Any]:
    """What is around the talk."""
    return {
        "conversations": _conversations(request),
        "current": str(talk.pk) if talk else "",
        "emergency_number": _emergency_number(),
        "urgent": _urgent(request),
        "suggestions": [] if talk else [_(question) for question in SUGGESTIONS],
        "longest_message": settings.HEALTHCHAT_MESSAGE_BYTES,
        "patients": [] if talk else list(_patients(request)),
        **_about(request, talk),
    }


def _about(request: HttpRequest, talk: Conversation | None) -> dict[str, Any]:
    """Whose records a conversation is about, or a new one would be, and who answers in it."""
    return {
        "patient": talk.patient if talk else _patients(request).first(),
        "models": offered(talk),
        "answering": model_of(talk),
    }


def _patients(request: HttpRequest) -> QuerySet[Patient]:
    """Whose records may be asked about, the usual ones first."""
    return Patient.objects.visible_to(request.user).order_by("is_sample", "-created")


def _conversations(request: HttpRequest) -> list[Conversation]:
    person = person_of(request)
    if person is None:
        return []
    return list(Conversation.objects.filter(owner=person, archived=None)[:LISTED_CONVERSATIONS])


def _archived(request: HttpRequest) -> list[Conversation]:
    person = person_of(request)
    found = Conversation.objects.filter(owner=person, archived__isnull=False) if person else Conversation.objects.none()
    return list(found.order_by("-archived"))


def _urgent(request: HttpRequest) -> Turn | None:
    """The newest urgent answer of which the person has not said that they have read it."""
    person = person_of(request)
    if person is None:
        return None
    found = Run.objects.filter(owner=person, triage__in=URGENT_LEVELS, acknowledged=None).order_by("-created").first()
    return Turn(found) if found else None


def _emergency_number() -> str:
    return EMERGENCY_NUMBERS[settings.HEALTHCHAT_EMERGENCY_REGION]


def _own_conversation(request: HttpRequest, pk: UUID) -> Conversation:
    found = Conversation.objects.filter(owner=_person(request)).select_related("patient")
    return get_object_or_404(found, pk=pk)


def _own_run(request: HttpRequest, pk: UUID) -> Run:
    return get_object_or_404(Run, pk=pk, owner=_person(request))


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def _runs(talk: Conversation) -> QuerySet[Run]:
    return Run.objects.filter(conversation=talk).select_related("conversation", "question", "answer", "feedback")


def _person(request: HttpRequest) -> User:
    person = person_of(request)
    if person is None:
        raise Http404
    return person


urlpatterns = [
    path("", home, name="chat"),
    path("c/<uuid:pk>/", conversation, name="conversation"),
    path("c/<uuid:pk>/delete/", delete, name="delete-conversation"),
    path("c/<uuid:pk>/runs/<uuid:run_id>/", turn, name="turn"),
    path("c/<uuid:pk>/runs/<uuid:run_id>/sheet/", sheet, name="sheet"),
    path("c/<uuid:pk>/change/", change, name="change-conversation"),
    path("c/<uuid:pk>/export/<slug:form>/", export, name="export-conversation"),
    path("conversations/", side, name="conversations"),
    path("conversations/find/", find, name="find"),
    path("archive/", archive, name="archive"),
    path("runs/<uuid:run_id>/feedback/", feedback, name="feedback"),
    path("runs/<uuid:run_id>/acknowledge/", acknowledge, name="acknowledge"),
    path("ask/", ask, name="ask"),
    path("runs/<uuid:run_id>/stop/", stop, name="stop"),
    path("runs/<uuid:run_id>/retry/", retry, name="retry-turn"),
]
