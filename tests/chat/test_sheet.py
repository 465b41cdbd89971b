"""The summary for a visit, as one page to print. Alice owns it; Charlie must see nothing."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from agents.events import Claim, Done, Finding, Gap, Understanding
from healthchat.chat.models import Conversation, Run
from healthchat.records.models import Patient
from tests.chat.test_page import run_of, words_of

pytestmark = pytest.mark.django_db

OUTSIDE = "Results outside their range"
FOUND = (
    Understanding(summary="A summary of your health.", intents=("visit_summary",)),
    Finding(
        specialist="general_practice",
        claims=(
            Claim(id="general_practice-1", kind="record", topic="Conditions", text="Your records list 1 condition:"),
            Claim(id="general_practice-2", kind="record", topic="Conditions", text="Hypothyroidism, since 2008"),
        ),
    ),
    Finding(
        specialist="laboratory_medicine",
        claims=(
            Claim(
                id="laboratory_medicine-1",
                kind="record",
                topic=OUTSIDE,
                concept="a1c",
                severity="attention",
                text="**HbA1c**: 6.6 % on 16 October 2026, above the lab's range <b>x</b>",
            ),
            Claim(id="laboratory_medicine-2", kind="limit", topic=OUTSIDE, text="7 results are old."),
            Claim(id="laboratory_medicine-3", kind="knowledge", topic=OUTSIDE, text="What HbA1c is."),
        ),
    ),
    Finding(
        specialist="preventive_medicine",
        claims=(
            Claim(
                id="preventive_medicine-1",
                kind="computed",
                topic="Screening",
                severity="attention",
                text="**Mammography**: longer ago than advised",
            ),
        ),
    ),
    Gap(reason="failed", specialist="pharmacy", unknown="Your medicines were not looked at."),
    Done(status="complete"),
)


@pytest.fixture
def talk(alice: User) -> Conversation:
    patient = Patient.objects.create(name="Alice Ample", owner=alice, birth_date="1964-03-02")
    return Conversation.objects.create(owner=alice, patient=patient)


@pytest.fixture
def run(talk: Conversation) -> Run:
    return run_of(talk, *FOUND, text="The summary.")


def address_of(run: Run) -> str:
    return reverse("sheet", args=[run.conversation_id, run.pk])


def test_it_puts_what_was_found_on_one_sheet(alices: Client, run: Run) -> None:
    html = alices.get(address_of(run)).content.decode()

    words = words_of(html)
    assert re.findall(r"<h2>(.*?)</h2>", html) == [
        "Problems",
        "Medicines",
        "Allergies",
        "What changed",
        "Results outside the range",
        "Also worth raising",
        "Could not be looked at",
        "Questions to ask",
    ]
    assert "Alice Ample" in words
    assert "From your own records; not a diagnosis." in words
    assert "Hypothyroidism, since 2008" in words
    assert "<strong>HbA1c</strong>: 6.6&nbsp;% on 16 October 2026" in html
    assert "7 results are old." in words
    assert "What HbA1c is." not in words
    assert "Mammography" in words
    assert "Your medicines were not looked at." in words
    assert "HbA1c: what does my result mean for me" in words


def test_it_asks_what_the_team_worded(alices: Client, talk: Conversation) -> None:
    question = Claim(id="q-1", kind="record", topic="Questions for your doctor", text="“Is 6.6 % too high for me?”")
    run = run_of(talk, *FOUND[:-1], Finding(specialist="cardiology", claims=(question,)), FOUND[-1])

    words = words_of(alices.get(address_of(run)).content.decode())

    assert "Is 6.6&nbsp;% too high for me?" in words
    assert "HbA1c: what does my result mean for me" not in words


def test_it_escapes_what_the_records_say(alices: Client, run: Run) -> None:
    assert "&lt;b&gt;x&lt;/b&gt;" in alices.get(address_of(run)).content.decode()


def test_it_is_kept_by_no_cache_and_found_by_no_search_engine(alices: Client, run: Run) -> None:
    response = alices.get(address_of(run))

    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    title = re.search(r"<title>(.*?)</title>", response.content.decode())
    assert title
    assert title[1] == "Summary for a visit · healthchat"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", response.content.decode())


def test_it_shows_nothing_of_alices_to_charlie(
    charlies: Client, client: Client, run: Run, settings: pytest.FixtureRequest
) -> None:
    settings.HEALTHCHAT_GUESTS = True  # type: ignore[attr-defined]

    assert [browser.get(address_of(run)).status_code for browser in (charlies, client)] == [404, 404]


def test_it_is_there_for_complete_summaries_alone(alices: Client, talk: Conversation, run: Run) -> None:
    another = run_of(talk, Understanding(summary="Your latest HbA1c", intents=("latest",)), text="6.6 %")
    stopped = run_of(talk, *FOUND, status="cancelled")

    assert [alices.get(address_of(one)).status_code for one in (run, another, stopped)] == [200, 404, 404]
    html = alices.get(reverse("conversation", args=[talk.pk])).content.decode()
    assert re.findall(r'href="([^"]*/sheet/)"', html) == [address_of(run)]
