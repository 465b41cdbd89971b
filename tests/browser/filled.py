# Run inside `manage.py shell` of a served chat, see test_markup.py: stores a person whose everything is a payload.
import json
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from agents import events
from healthchat.accounts.models import Disclosure
from healthchat.chat import log, runs
from healthchat.chat.models import Conversation, Feedback, Message, Run
from healthchat.records.models import Observation, Patient, Source
from tests.browser.payloads import PAYLOADS

mallory = User.objects.create_user("mallory", password="correct horse battery")
patient = Patient.objects.create(owner=mallory, name=PAYLOADS[0] + PAYLOADS[53])
source = Source.objects.create(patient=patient, name=PAYLOADS[1], kind="fhir", sha256="0" * 64)
talk = Conversation.objects.create(owner=mallory, patient=patient, title=PAYLOADS[50][:120])
Disclosure.objects.create(person=mallory, opened_by="staff", opened_by_id=1, subject="x", reason=PAYLOADS[51])
now = datetime.now(UTC)

for number, payload in enumerate(PAYLOADS):
    Observation.objects.create(
        patient=patient,
        source=source,
        key=f"o{number}",
        evidence=f"o{number}",
        name=payload,
        text=payload,
        unit=payload[:40],
        flag=payload,
        effective="2026-01-01",
        precision="day",
        instant=now,
    )
    Conversation.objects.create(owner=mallory, title=payload[:120]) if number < 40 else None
    at = now + timedelta(seconds=number)
    question = Message.objects.create(conversation=talk, role="user", content=payload)
    run = Run.objects.create(
        conversation=talk, owner=mallory, question=question, model=payload[:100], triage="none", status="running"
    )
    Run.objects.filter(pk=run.pk).update(created=at)
    claim = events.Claim(id="a-1", kind="record", text=payload, evidence=(f"o{number}",), source=payload, topic=payload)
    point = events.ChartPoint(date="2026-01-01", value=1.0, evidence=f"o{number}")
    happened = [
        events.Triage(level="urgent", text=payload, source=payload),
        events.Understanding(summary=payload, intents=("visit_summary",)),
        events.Plan(complexity="simple", tasks=(events.Task(specialist="cardiology", task=payload),)),
        events.ToolCall(tool=payload, arguments={payload: payload}, call_id="c-1", specialist="cardiology"),
        events.ToolResult(tool=payload, call_id="c-1", summary=payload, specialist="cardiology"),
        events.Finding(specialist="cardiology", claims=(claim,), summary=payload),
        events.SpecialistUpdate(specialist="cardiology", status="finished", note=payload),
        events.Text(content=f"{payload}\n\nand [1]"),
        events.Citation(number=1, claim="a-1", label=payload, evidence=(f"o{number}",), source=payload + "!"),
        events.Chart(concept=payload, title=payload, unit=payload, points=(point,), band_source=payload),
        events.Gap(reason="failed", unknown=payload, specialist="cardiology"),
        events.Clarify(question=payload, options=(events.Option(label=payload, question=payload),)),
        events.Done(status="complete", follow_ups=(payload,)),
    ]
    log.append([log.recorded(run.pk, seq, event) for seq, event in enumerate(happened, 1)])
    run.refresh_from_db()
    runs.end(run, outcome="complete", text=f"{payload}\n\nand [1]", seq=len(happened), now=at)
    Feedback.objects.create(run_id=run.pk, rating="down", note=payload)

print(
    "FILLED "
    + json.dumps(
        {
            "conversation": f"/c/{talk.pk}/?all",
            "home": "/",
            "archive": "/archive/",
            "account": "/account/",
            "sheet": f"/c/{talk.pk}/runs/{run.pk}/sheet/",
            "evidence": f"/patients/{patient.pk}/evidence/o53",
        }
    )
)
