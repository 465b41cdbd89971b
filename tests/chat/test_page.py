"""The pages of the chat as the server renders them. Alice owns them; Charlie must see nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from agents import events
from agents.events import AnyEvent
from agents.query import Query
from agents.records import Patient as Nobody
from agents.records import Records
from agents.understanding import understand
from healthchat.accounts.guests import is_guest
from healthchat.chat import log
from healthchat.chat.models import Conversation, Event, Message, Run
from healthchat.chat.page import SUGGESTIONS
from healthchat.records.models import Patient

pytestmark = pytest.mark.django_db

SECRET = "a sentence that is hers alone"


@pytest.fixture(autouse=True)
def guests_allowed(settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = True


@pytest.fixture
def sample(db: None) -> Patient:
    return Patient.objects.create(name="Sam Sample", is_sample=True)


def run_of(
    conversation: Conversation, *happened: AnyEvent, text: str = "", status: str = "complete", asked: str = SECRET
) -> Run:
    question = Message.objects.create(conversation=conversation, role="user", content=asked)
    answer = Message.objects.create(conversation=conversation, role="assistant", content=text) if text else None
    run = Run.objects.create(
        conversation=conversation,
        owner=conversation.owner,
        question=question,
        answer=answer,
        model="rules",
        status=status,
        last_seq=len(happened),
    )
    log.append(
        [
            log.Recorded(run.pk, seq, events.sse_name(event), str(event.__struct_config__.tag), events.encode(event))
            for seq, event in enumerate(happened, 1)
        ]
    )
    return run


def page_of(client: Client, conversation: Conversation) -> str:
    response = client.get(reverse("conversation", args=[conversation.pk]))
    assert response.status_code == 200
    return response.content.decode()


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_it_offers_questions_to_somebody_new(client: Client, sample: Patient) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert response.content.count(b'data-question="') == 3
    assert "made-up records of a sample patient" in response.content.decode()


def test_it_changes_nothing_when_it_is_looked_at(client: Client, alices: Client, conversation: Conversation) -> None:
    run = run_of(conversation, text="An answer.")
    before = [list(model.objects.values()) for model in (Conversation, Message, Run, Event)]
    sessions, users = Session.objects.count(), User.objects.count()

    for browser in (client, alices):
        for name, args in [
            ("chat", []),
            ("conversations", []),
            ("conversation", [conversation.pk]),
            ("turn", [conversation.pk, run.pk]),
        ]:
            browser.get(reverse(name, args=args))
            browser.head(reverse(name, args=args))

    assert [list(model.objects.values()) for model in (Conversation, Message, Run, Event)] == before
    assert (Session.objects.count(), User.objects.count()) == (sessions, users)


@pytest.mark.parametrize("name", ["ask", "stop", "retry-turn", "delete-conversation"])
def test_it_does_nothing_by_get(alices: Client, conversation: Conversation, name: str) -> None:
    run = run_of(conversation, status="running")
    args = {"ask": [], "stop": [run.pk], "retry-turn": [run.pk], "delete-conversation": [conversation.pk]}[name]

    assert alices.get(reverse(name, args=args)).status_code == 405


def test_it_asks_to_sign_in_where_guests_are_not_allowed(client: Client, settings: Any) -> None:
    settings.HEALTHCHAT_GUESTS = False

    response = client.get("/")

    assert response.headers["Location"] == reverse("login") + "?next=/"


def test_it_shows_nothing_of_alices_to_charlie(charlies: Client, client: Client, conversation: Conversation) -> None:
    conversation.title = SECRET
    conversation.save()
    run = run_of(conversation, text=SECRET, status="running")
    pages = [reverse("conversation", args=[conversation.pk]), reverse("turn", args=[conversation.pk, run.pk])]
    actions = [reverse(name, args=[run.pk]) for name in ("stop", "retry-turn")]
    actions.append(reverse("delete-conversation", args=[conversation.pk]))

    for browser in (charlies, client):
        assert [browser.get(address).status_code for address in pages] == [404, 404]
        assert [browser.post(address).status_code for address in actions] == [404, 404, 404]
        for address in ("/", reverse("conversations")):
            assert SECRET.encode() not in browser.get(address).content
    run.refresh_from_db()
    assert run.cancel_requested is None


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("question", SUGGESTIONS)
def test_it_suggests_questions_that_it_understands(question: str, language: str) -> None:
    with override(language):
        asked = gettext(question)

    understood = understand(Query(text=asked, now=timezone.now()), records=Records(Nobody()))

    assert understood.clarify is None
    assert understood.spanish == (language == "es")


def test_it_gives_the_head_of_a_conversation_to_its_owner_only(
    alices: Client, charlies: Client, conversation: Conversation
) -> None:
    menu = reverse("delete-conversation", args=[conversation.pk])

    def shows_menu(client: Client, current: object) -> bool:
        return menu in client.get(reverse("conversations"), {"current": current}).content.decode()

    assert shows_menu(alices, conversation.pk)
    assert not shows_menu(charlies, conversation.pk)
    assert not shows_menu(alices, "no-id")


def test_it_shows_no_run_under_another_conversation(alice: User, alices: Client, conversation: Conversation) -> None:
    run = run_of(conversation)
    other = Conversation.objects.create(owner=alice)

    assert alices.get(reverse("turn", args=[other.pk, run.pk])).status_code == 404


def test_it_keeps_peoples_words_out_of_titles_and_caches(alices: Client, conversation: Conversation) -> None:
    conversation.title = SECRET
    conversation.save()
    run_of(conversation, text="An answer.")

    response = alices.get(reverse("conversation", args=[conversation.pk]))

    title = re.search(r"<title>(.*?)</title>", response.content.decode())
    assert title
    assert title[1] == "Conversation · healthchat"
    assert "no-store" in response.headers["Cache-Control"]


def test_it_needs_no_inline_script_or_style(alices: Client, conversation: Conversation) -> None:
    run_of(conversation, text="An answer.")
    html = page_of(alices, conversation)

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert re.findall(r"<script[^>]*>", html) == [
        '<script src="/jsi18n/">',
        '<script type="module" src="/static/js/chat.js">',
    ]


def test_it_shows_an_answer_with_all_that_belongs_to_it(alices: Client, alice: User, sample: Patient) -> None:
    conversation = Conversation.objects.create(owner=alice, patient=sample)
    run = run_of(
        conversation,
        events.Triage(level="none"),
        events.Understanding(summary="Your latest HbA1c"),
        events.Plan(complexity="simple", tasks=(events.Task(specialist="laboratory_medicine", task="Find it."),)),
        events.Chart(
            concept="a1c",
            title="HbA1c",
            unit="%",
            points=tuple(events.ChartPoint(date=f"202{n}-01-01", value=6 + n / 10, evidence="o") for n in range(3)),
            low=4.0,
            high=5.6,
            band_source="the lab's printed range",
        ),
        events.Citation(number=1, claim="c", label="HbA1c 6.2 %, 2022-01-01", evidence=("o-1", "o-2")),
        events.Citation(number=2, claim="k", label="What HbA1c is", source="ADA, Standards of Care, 2026"),
        events.Gap(reason="timed_out", specialist="cardiology", unknown="Your heart results were not looked at."),
        events.Grounding(checked=4, matched=3, struck=1),
        events.Done(status="complete", follow_ups=("And my kidneys?",)),
        text="It was **6.2 %** [1], which is average sugar [2]. <b>bold</b>",
    )

    html = page_of(alices, conversation)

    words = words_of(html)
    assert "Understood as: Your latest HbA1c" in words
    assert f'<a class="citation" href="#source-{run.pk}-1" data-citation="1"' in html
    assert "<strong>6.2&nbsp;%</strong>" in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert f'href="{reverse("evidence", args=[sample.pk, "o-2"])}"' in html
    assert "ADA, Standards of Care, 2026" in words
    assert "Your heart results were not looked at." in words
    assert "3 of 4 figures tied to your records; 1 removed" in words
    assert "Rule-based analyst" in words
    assert 'data-low="4" data-high="5.6"' in html
    assert [match[1] for match in re.finditer(r'data-value="([^"]*)"', html)] == ["6", "6.1", "6.2"]
    assert 'data-question="And my kidneys?"' in html


def test_it_says_what_a_model_elsewhere_was_given(alices: Client, conversation: Conversation) -> None:
    sent = events.SentRecords(kind="observation", records=3, fields=("date", "value"))
    receipt = events.Receipt(written_by="gpt-5", endpoint="api.openai.com", left_machine=True, requests=4, sent=(sent,))
    run = run_of(conversation, receipt, text="Your HbA1c was 7.4 %.")
    Run.objects.filter(pk=run.pk).update(model="openai:gpt-5")

    words = words_of(page_of(alices, conversation))

    assert "Sent to api.openai.com" in words
    assert "What was given to the model at api.openai.com" in words
    assert "Results (3): date, value" in words
    assert "Rule-based analyst" not in words
    assert "Nothing left this machine" not in words


def test_it_labels_what_the_rules_wrote_in_another_model_s_place(alices: Client, conversation: Conversation) -> None:
    run = run_of(conversation, events.Receipt(written_by="rules"), text="Your HbA1c was 7.4 %.")
    Run.objects.filter(pk=run.pk).update(model="openai:gpt-5")

    words = words_of(page_of(alices, conversation))

    assert "Rule-based analyst" in words
    assert "Nothing left this machine" in words
    assert "gpt-5" not in words


def test_it_puts_urgent_words_first_and_once(alices: Client, conversation: Conversation) -> None:
    told = "**Call 911 now.** This may be a heart attack."
    run_of(conversation, events.Triage(level="emergency", text=told), text=told)

    html = page_of(alices, conversation)

    assert html.count("This may be a heart attack") == 1
    assert '<a href="tel:911">911</a>' in html
    assert html.index("triage emergency") < html.index("data-text")


def test_it_asks_back_with_buttons(alices: Client, conversation: Conversation) -> None:
    options = (events.Option(label="Blood glucose", question="What was my latest blood glucose?"),)
    run_of(conversation, events.Clarify(question="Which sugar?", options=options), events.Done(status="complete"))

    html = page_of(alices, conversation)

    assert "Which sugar?" in html
    assert 'data-question="What was my latest blood glucose?">Blood glucose</button>' in html


def test_it_says_what_to_do_after_a_failure(alices: Client, conversation: Conversation) -> None:
    failure = events.Error(code="internal_error", message="Something went wrong.", reference="abc12345")
    run_of(conversation, failure, events.Done(status="failed"), status="failed")

    words = words_of(page_of(alices, conversation))

    assert "Something went wrong. Try again" in words
    assert "abc12345" in words


def test_it_offers_to_ask_a_failed_specialist_again(alices: Client, conversation: Conversation) -> None:
    run = run_of(
        conversation,
        events.Gap(reason="timed_out", specialist="data_analysis", unknown="No trend was worked out."),
        events.Gap(reason="no_data", specialist="cardiology", unknown="No blood pressure is recorded."),
        events.Done(status="complete"),
        text="An answer.",
    )

    html = page_of(alices, conversation)

    assert f'action="{reverse("retry-turn", args=[run.pk])}"' in html
    assert re.findall(r'data-retry="([^"]*)">([^<]*)<', html) == [("data_analysis", "Ask data analysis again")]


def test_it_offers_to_ask_a_model_again_in_whose_place_the_rules_answered(
    alices: Client, conversation: Conversation
) -> None:
    gap = events.Gap(reason="failed", unknown="The model could not be asked.")
    receipt = events.Receipt(written_by="rules")
    run = run_of(conversation, gap, receipt, events.Done(status="complete"), text="An answer.")
    Run.objects.filter(pk=run.pk).update(model="openai:local")

    words = words_of(page_of(alices, conversation))

    assert "The model could not be asked. Ask the model again" in words
    assert "Rule-based analyst" in words


def test_it_offers_the_rules_where_a_model_gave_no_answer(alices: Client, conversation: Conversation) -> None:
    run = run_of(conversation, events.Done(status="cancelled"), status="cancelled")
    by_rules = "Let the rule-based analyst answer"
    assert by_rules not in page_of(alices, conversation)

    Run.objects.filter(pk=run.pk).update(model="openai:local")

    html = page_of(alices, conversation)
    assert re.findall(r'<input type="hidden" name="model" value="([^"]*)">', html) == ["rules"]
    assert f"Try again {by_rules}" in words_of(html)


def test_it_shows_the_newest_answer_and_an_earlier_one_by_its_address(
    alices: Client, conversation: Conversation
) -> None:
    gap = events.Gap(reason="failed", specialist="data_analysis", unknown="No trend was worked out.")
    first = run_of(conversation, gap, events.Done(status="complete"), text="The first answer.")
    run_of(conversation, text="Another question's answer.")
    again = run_of(conversation, text="The second answer.")
    Run.objects.filter(pk=again.pk).update(retry_of=first, question=first.question)

    newest = page_of(alices, conversation)
    address = f"{reverse('conversation', args=[conversation.pk])}?version={first.pk}"
    earlier = alices.get(address).text

    assert "The second answer." in newest
    assert "The first answer." not in newest
    assert "Version 2 / 2" in words_of(newest)
    assert f'{address}#turn-{first.pk}"' in newest
    assert "The first answer." in earlier
    assert "The second answer." not in earlier
    assert "Version 1 / 2" in words_of(earlier)
    assert "data-retry=" not in earlier
    assert f'data-cursor="{again.pk}:' in earlier


@pytest.mark.parametrize("version", ["nothing", "00000000-0000-4000-8000-000000000000", "\x00"])
def test_it_shows_the_newest_where_there_is_no_such_version(
    alices: Client, conversation: Conversation, version: str
) -> None:
    run_of(conversation, text="The answer.")

    response = alices.get(reverse("conversation", args=[conversation.pk]), {"version": version})

    assert "The answer." in response.text


def test_it_shows_the_first_answer_where_another_try_failed(alices: Client, conversation: Conversation) -> None:
    first = run_of(conversation, text="The first answer.")
    again = run_of(conversation, status="failed")
    Run.objects.filter(pk=again.pk).update(retry_of=first)

    html = page_of(alices, conversation)
    assert "The first answer." in html
    assert "Version " not in words_of(html)


@pytest.mark.django_db(transaction=True)
async def test_it_asks_again_from_the_form(chat: None, alices_client: AsyncClient, conversation: Conversation) -> None:
    gap = events.Gap(reason="failed", specialist="data_analysis", unknown="No trend was worked out.")
    run = await sync_to_async(run_of)(conversation, gap, events.Done(status="complete"), text="An answer.")

    response = await alices_client.post(reverse("retry-turn", args=[run.pk]), {"specialist": "data_analysis"})

    again = await Run.objects.aget(retry_of=run)
    assert response.headers["Location"] == reverse("conversation", args=[conversation.pk])
    assert again.question_id == run.question_id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("specialist", "status", "code", "told"),
    [("cardiology", "complete", 422, "did not fail here"), ("", "running", 409, "still being answered")],
)
def test_it_says_why_it_does_not_ask_again(
    alices: Client, conversation: Conversation, specialist: str, status: str, code: int, told: str
) -> None:
    run = run_of(conversation, text="An answer.", status=status)

    response = alices.post(reverse("retry-turn", args=[run.pk]), {"specialist": specialist})

    assert response.status_code == code
    assert told in response.content.decode()
    assert Run.objects.count() == 1


def test_it_says_that_a_stopped_answer_is_not_complete(alices: Client, conversation: Conversation) -> None:
    run_of(conversation, text="Half of", status="cancelled")

    assert "You stopped this answer; what is above is not complete or checked." in words_of(
        page_of(alices, conversation)
    )


def test_it_looks_again_by_itself_only_while_an_answer_is_under_way(alices: Client, conversation: Conversation) -> None:
    run = run_of(conversation, status="running")
    refresh = '<noscript><meta http-equiv="refresh" content="2"></noscript>'
    assert refresh in page_of(alices, conversation)

    Run.objects.filter(pk=run.pk).update(status="complete")

    assert refresh not in page_of(alices, conversation)


def test_it_shows_the_newest_turns_and_all_on_demand(alices: Client, conversation: Conversation) -> None:
    for number in range(33):
        run_of(conversation, asked=f"question {number:02}")

    newest = page_of(alices, conversation)
    whole = alices.get(reverse("conversation", args=[conversation.pk]) + "?all").content.decode()

    assert "question 02" not in newest
    assert re.findall(r"question (\d\d)</div>", newest) == [f"{n:02}" for n in range(27, 33)]
    assert "Show 27 earlier questions" in words_of(newest)
    assert re.findall(r"question (\d\d)</div>", whole) == [f"{n:02}" for n in range(33)]


def test_it_renders_a_long_conversation_with_a_fixed_number_of_queries(
    alices: Client, conversation: Conversation, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        run_of(conversation, events.Triage(level="none"), events.Done(status="complete"), text="An answer.")

    with django_assert_max_num_queries(10):
        page_of(alices, conversation)


@pytest.mark.django_db(transaction=True)
async def test_it_stops_a_run(chat: None, alices_client: AsyncClient, conversation: Conversation) -> None:
    run = await sync_to_async(run_of)(conversation, status="running")

    response = await alices_client.post(reverse("stop", args=[run.pk]))

    await run.arefresh_from_db()
    assert response.headers["Location"] == reverse("conversation", args=[conversation.pk])
    assert run.cancel_requested is not None


def test_it_deletes_a_conversation_with_all_that_was_recorded(alices: Client, conversation: Conversation) -> None:
    run_of(conversation, events.Done(status="complete"), text="An answer.")

    alices.post(reverse("delete-conversation", args=[conversation.pk]))

    assert [model.objects.count() for model in (Conversation, Message, Run, Event)] == [0, 0, 0, 0]


def test_it_does_not_delete_what_is_being_answered(alices: Client, conversation: Conversation) -> None:
    run_of(conversation, status="running")

    response = alices.post(reverse("delete-conversation", args=[conversation.pk]), follow=True)

    assert Conversation.objects.filter(pk=conversation.pk).exists()
    assert "Stop the answer first" in response.content.decode()


def test_it_refuses_a_form_from_elsewhere(alice: User, conversation: Conversation) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)

    run = run_of(conversation)

    for name, args in [("ask", []), ("retry-turn", [run.pk]), ("delete-conversation", [conversation.pk])]:
        assert browser.post(reverse(name, args=args), {"message": "hello"}).status_code == 403
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
async def test_it_takes_a_question_from_the_form(chat: None, async_client: AsyncClient, sample: Patient) -> None:
    response = await async_client.post(reverse("ask"), {"message": "  How are my kidneys?  "})

    run = await Run.objects.select_related("question", "conversation__patient", "owner").aget()
    assert response.headers["Location"] == reverse("conversation", args=[run.conversation_id])
    assert run.question.content == "How are my kidneys?"
    assert run.conversation.patient == sample
    assert await sync_to_async(is_guest)(run.owner)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ({"message": "  "}, 422, "Please write a question first."),
        ({}, 422, "Please send your question as text"),
        ({"message": "x" * 40_000}, 413, "too long"),
        ({"message": "hello", "conversation": "00000000-0000-4000-8000-000000000000"}, 404, "no such conversation"),
        ({"message": "hello", "conversation": "nonsense"}, 404, "no such conversation"),
        ({"message": "hello", "patient": "nonsense"}, 404, "no such records"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_the_words(
    alices: Client, given: dict[str, str], status: int, told: str
) -> None:
    response = alices.post(reverse("ask"), given)

    assert response.status_code == status
    assert told in response.content.decode()
    assert given.get("message", "").strip() in response.content.decode()
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_it_shows_the_conversation_that_a_refused_question_was_for(alices: Client, conversation: Conversation) -> None:
    run_of(conversation, text="An answer.")

    response = alices.post(reverse("ask"), {"message": " ", "conversation": str(conversation.pk)})

    assert response.status_code == 422
    assert "An answer." in response.content.decode()
    assert f'name="conversation" value="{conversation.pk}"' in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_it_takes_no_question_into_somebody_elses_conversation(charlies: Client, conversation: Conversation) -> None:
    response = charlies.post(reverse("ask"), {"message": "hello", "conversation": str(conversation.pk)})

    assert response.status_code == 404
    assert Message.objects.count() == 0


def test_it_packs_pages_for_browsers_that_can_unpack_them(alices: Client, conversation: Conversation) -> None:
    response = alices.get(reverse("conversation", args=[conversation.pk]), headers={"Accept-Encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.content) < 10_000
