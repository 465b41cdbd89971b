from __future__ import annotations

import httpx

from tests.served import Served, events_of

WORDS = "zinnober-quastenflosser"


def test_it_logs_no_words_of_a_person(visitor: httpx.Client, chat: Served) -> None:
    asked = {"message": f"Is {WORDS} in my records?"}
    with visitor.stream("GET", "/api/chat/stream", params=asked) as response:
        events = list(events_of(response))
    visitor.post("/api/chat/message", json=asked | {"conversation": WORDS})
    visitor.post("/api/chat/message", content=f'{{"message": "{WORDS}', headers={"Content-Type": "application/json"})
    visitor.get("/api/chat/nowhere", params=asked)

    assert events[-1].event == "done"
    assert WORDS not in chat.printed()
