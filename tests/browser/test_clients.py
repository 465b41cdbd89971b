"""The clients that the project ships, in a real browser."""

from __future__ import annotations

from playwright.async_api import Page

from tests.browser.conftest import ONE_LOOP, TOKENS, Visitor

pytestmark = ONE_LOOP

ASK = """question => new Promise(async (resolve) => {
  const { SSEService } = await import("/static/js/sse.js")
  const told = []
  new SSEService().connect(question, {
    onConnect: () => told.push("connect"),
    onMessage: ({ content }) => told.push(content),
    onError: (sentence) => resolve([...told, sentence]),
    onComplete: ({ status }) => resolve([...told, status]),
  })
})"""

POST_AND_READ = """async question => {
  const { EventStreamParser } = await import("/static/js/event-stream-parser.js")
  const response = await fetch("/api/chat/message", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ message: question }),
  })
  const parser = new EventStreamParser()
  const events = []
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return events.map(({ event }) => event)
    events.push(...parser.feed(value))
  }
}"""


async def test_it_asks_over_eventsource(slow_visitor: Visitor) -> None:
    page: Page = await slow_visitor.open()

    told = await page.evaluate(ASK, "How is my cholesterol?")

    assert told[0] == "connect"
    assert told[-1] == "complete"
    words = "".join(told[1:-1]).split()
    assert len(words) == TOKENS
    assert len(set(words)) == TOKENS


async def test_it_asks_by_post_and_reads_the_body(slow_visitor: Visitor) -> None:
    page: Page = await slow_visitor.open()

    names = await page.evaluate(POST_AND_READ, "How is my cholesterol?")

    assert names[0] == "connected"
    assert names[-1] == "done"
    assert set(names[1:-1]) == {"message"}
