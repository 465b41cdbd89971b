"""A database as an earlier release had it, with what people had stored: `manage.py shell` calls this.

Everything goes in through the models of that time, as the migrations know them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MODEL = "scripted:bare=1,tokens=5"
AT = '"timestamp":"2026-01-02T03:04:05Z"'
TEXT = f'{{"type":"text",{AT},"content":"%s","part":"answer"}}'
TRIAGE = f'{{"type":"triage",{AT},"level":"none"}}'
DONE = f'{{"type":"done",{AT},"status":"%s"}}'
ERROR = f'{{"type":"error",{AT},"code":"internal_error","message":"Something went wrong.","reference":"12ab34cd"}}'
COMPLETE = [
    ("message", TRIAGE),
    ("message", TEXT % "It was "),
    ("message", TEXT % "2.3 mIU/L."),
    ("done", DONE % "complete"),
]
FAILED = [("message", TRIAGE), ("error", ERROR), ("done", DONE % "failed")]
UNDER_WAY = COMPLETE[:2]
UPLOADED = b"date,test,"


def fill(told: str, **state: str) -> None:
    """Migrate an empty database to a migration of each app, fill it, and write what is in it to a file."""
    Path(told).write_text(json.dumps(Filling(_migrated(state)).fill()))


def _migrated(state: dict[str, str]) -> Apps:
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in state]
    executor.migrate([*others, *state.items()])
    executor.loader.build_graph()
    return executor.loader.project_state([*others, *state.items()]).apps


class Filling:
    def __init__(self, apps: Apps) -> None:
        self._apps = apps
        self._runs: list[dict[str, Any]] = []

    def fill(self) -> dict[str, Any]:
        alice = User.objects.create_user("alice", password="correct horse battery staple")
        patient = self._store("records", "Patient", owner_id=alice.pk, name="Alice")
        talks = [self._store("chat", "Conversation", owner_id=alice.pk, patient_id=patient.pk) for _ in range(2)]
        self._asked(alice, talks[0], COMPLETE, status="complete", answer="It was 2.3 mIU/L.")
        self._asked(alice, talks[0], FAILED, status="failed", error_code="internal_error", reference="12ab34cd")
        # As a process leaves a run that it gives back when it is told to stop, and one that waits for it.
        self._asked(alice, talks[1], UNDER_WAY, status="running", attempt=0, worker="gone")
        self._asked(alice, talks[1], [], status="queued")
        return {
            "session": self._signed_in(alice),
            "runs": self._runs,
            "patient": str(patient.pk),
            "observation": self._records(patient),
            "upload": self._upload(patient),
        }

    def _asked(self, owner: User, talk: Any, events: list[tuple[str, str]], *, answer: str = "", **values: Any) -> None:
        number = sum(run["conversation"] == str(talk.pk) for run in self._runs) + 1
        words = f"Question {number}?"
        question = self._store("chat", "Message", conversation=talk, role="user", content=words, number=2 * number - 1)
        ended = values["status"] in ("complete", "failed")
        if answer:
            place = {"conversation": talk, "number": 2 * number}
            values["answer"] = self._store("chat", "Message", role="assistant", content=answer, **place)
        if ended:
            values |= {"last_seq": len(events), "finished": BEGAN}
        asked = {"conversation": talk, "owner_id": owner.pk, "question": question, "number": number, "model": MODEL}
        run = self._store("chat", "Run", **asked, **values)
        for seq, (name, data) in enumerate(events, 1):
            self._store("chat", "Event", run=run, seq=seq, name=name, type=json.loads(data)["type"], data=data)
        self._runs.append(
            {
                "id": str(run.pk),
                "conversation": str(talk.pk),
                "question": words,
                "answer": answer,
                "ended": ended,
                "events": [(f"{run.pk}:{seq}", name, data) for seq, (name, data) in enumerate(events, 1)],
            }
        )

    def _records(self, patient: Any) -> str:
        source = self._store("records", "Source", patient=patient, name="labs.csv", kind="csv", sha256="0" * 64)
        evidence = "observation:tsh-2025"
        self._store(
            "records",
            "Observation",
            patient=patient,
            source=source,
            key="tsh-2025",
            evidence=evidence,
            name="TSH",
            concept="tsh",
            value=2.3,
            unit="mIU/L",
            effective="2025-03-14",
            instant=BEGAN,
        )
        return evidence

    def _upload(self, patient: Any) -> str | None:
        """A file of which the beginning has arrived; None where files were not kept yet."""
        if "upload" not in self._apps.all_models["records"]:
            return None
        upload = self._store("records", "Upload", patient=patient, name="new.csv", size=50, received=len(UPLOADED))
        folder = Path(settings.DATA) / "uploads"
        folder.mkdir()
        (folder / str(upload.pk)).write_bytes(UPLOADED)
        return str(upload.pk)

    def _store(self, app: str, kind: str, /, **values: Any) -> Any:
        """A new row with those of the values that there was a place for."""
        model = self._apps.get_model(app, kind)
        places = {place for field in model._meta.concrete_fields for place in (field.name, field.attname)}
        return model._default_manager.create(**{name: value for name, value in values.items() if name in places})

    def _signed_in(self, user: User) -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        return str(session.session_key)
