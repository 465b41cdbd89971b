import assert from "node:assert/strict"
import test from "node:test"

import { SSEService } from "../../static/js/sse.js"

const RUN = "0190d8a4-6c1e-7d1a-b5a0-64f3a4b0a001"

class Source extends EventTarget {
  static CLOSED = 2
  static made = []

  constructor(url) {
    super()
    this.url = new URL(url, "http://localhost")
    this.readyState = 1
    Source.made.push(this)
  }

  close() {
    this.readyState = Source.CLOSED
  }

  /** As the server sends it. */
  send(name, data, id = "") {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data), lastEventId: id }))
  }

  /** As the browser does when the server refuses. */
  fail() {
    this.readyState = Source.CLOSED
    this.dispatchEvent(new Event("error"))
  }
}

function ask(t, message = "How is my sugar?") {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  Source.made = []
  const told = []
  const service = new SSEService({ EventSource: Source })
  service.connect(message, {
    onConnect: () => told.push("connect"),
    onMessage: (data) => told.push(data.content ?? data.type),
    onComplete: ({ status }) => told.push(status),
    onError: (sentence) => told.push(sentence),
  })
  return { service, told }
}

test("it asks the question in the address, with a key", (t) => {
  ask(t, "What & why?")

  const [{ url }] = Source.made
  assert.equal(url.pathname, "/api/chat/stream")
  assert.equal(url.searchParams.get("message"), "What & why?")
  assert.match(url.searchParams.get("key"), /^[0-9a-f]{32}$/)
})

test("it tells what happens and closes at the end", (t) => {
  const { told } = ask(t)
  const [source] = Source.made
  source.send("connected", {}, `${RUN}:0`)
  source.send("message", { type: "text", content: "a" }, `${RUN}:1`)
  source.send("done", { status: "complete" }, `${RUN}:2`)

  assert.deepEqual(told, ["connect", "a", "complete"])
  assert.equal(source.readyState, Source.CLOSED)
})

test("it tells each event once when the browser reconnects", (t) => {
  const { told } = ask(t)
  const [source] = Source.made
  source.send("message", { type: "text", content: "a" }, `${RUN}:1`)
  source.send("connected", {}, `${RUN}:0`)
  source.send("message", { type: "text", content: "a" }, `${RUN}:1`)
  source.send("message", { type: "text", content: "b" }, `${RUN}:2`)

  assert.deepEqual(told, ["a", "connect", "b"])
})

test("it tells the server's error, and not the browser's", (t) => {
  const { told } = ask(t)
  const [source] = Source.made
  source.dispatchEvent(new Event("error"))
  source.send("error", { message: "It failed." }, `${RUN}:1`)

  assert.deepEqual(told, ["It failed."])
})

test("it resumes after a refusal with the same key, and gives up after three times", (t) => {
  const { told } = ask(t)
  Source.made[0].send("message", { type: "text", content: "a" }, `${RUN}:4`)
  for (const wait of [3_000, 6_000, 9_000]) {
    Source.made.at(-1).fail()
    t.mock.timers.tick(wait)
  }
  Source.made.at(-1).fail()
  t.mock.timers.tick(60_000)

  const keys = new Set(Source.made.map(({ url }) => url.searchParams.get("key")))
  assert.equal(keys.size, 1)
  assert.deepEqual(
    Source.made.map(({ url }) => url.searchParams.get("after")),
    [null, `${RUN}:4`, `${RUN}:4`, `${RUN}:4`],
  )
  assert.deepEqual(told, ["a", "The server cannot be reached. Please try again later."])
})

test("it does not come back after a disconnect", (t) => {
  const { service } = ask(t)
  Source.made[0].fail()
  service.disconnect()
  t.mock.timers.tick(60_000)

  assert.equal(Source.made.length, 1)
})

test("it asks a second question on a connection of its own", (t) => {
  const { service } = ask(t)
  service.connect("And my kidneys?")

  assert.equal(Source.made[0].readyState, Source.CLOSED)
  assert.equal(Source.made[1].url.searchParams.get("message"), "And my kidneys?")
  assert.equal(Source.made[1].url.searchParams.get("after"), null)
})
