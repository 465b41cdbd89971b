import assert from "node:assert/strict"
import test from "node:test"

import { ConversationFeed, SILENCE_MILLISECONDS } from "../../static/js/conversation-feed.js"

const RUN = "0190d8a4-6c1e-7d1a-b5a0-64f3a4b0a001"
const OTHER = "0190d8a4-6c1e-7d1a-b5a0-64f3a4b0a002"

const frame = (event, id, data) => `event: ${event}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(data)}\n\n`
const connected = (id = "") => frame("connected", id, { status: "connected" })
const text = (seq, content, run = RUN) => frame("message", `${run}:${seq}`, { type: "text", content })

// Everything that is due now has happened once promises had some turns.
const settle = async () => {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve()
}

class Server {
  requests = []
  replies = []

  fetch = async (url, { signal }) => {
    this.requests.push(url)
    const reply = this.replies.shift()
    if (!reply) throw new TypeError("Load failed")
    if (reply instanceof Response) return reply
    const body = new ReadableStream({
      start(controller) {
        reply.write = (words) => controller.enqueue(new TextEncoder().encode(words))
        reply.end = () => controller.close()
        if (reply.first) reply.write(reply.first)
        if (reply.ends) reply.end()
        signal.addEventListener("abort", () => {
          reply.aborted = true
          controller.error(new DOMException("aborted", "AbortError"))
        })
      },
    })
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } })
  }
}

class Page extends EventTarget {
  visibilityState = "visible"

  become(state) {
    this.visibilityState = state
    this.dispatchEvent(new Event("visibilitychange"))
  }
}

function watch(t, { replies, after = `${RUN}:0`, page = new Page() }) {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const server = Object.assign(new Server(), { replies })
  const seen = { events: [], states: [], details: [] }
  const view = Object.assign(new EventTarget(), { navigator: { onLine: true } })
  const feed = new ConversationFeed("/feed", {
    after,
    page,
    window: view,
    fetch: server.fetch,
    onEvent: ({ run, seq, data }) => seen.events.push([run, seq, data.content ?? data.type]),
    onState: (state, detail) => (seen.states.push(state), seen.details.push(detail)),
  })
  t.after(() => feed.close())
  feed.open()
  return { server, page, view, feed, ...seen }
}

test("it tells each event once, in order, over a cut", async (t) => {
  const replies = [
    { first: connected(`${RUN}:0`) + text(1, "a") + text(2, "b"), ends: true },
    { first: connected(`${RUN}:1`) + text(2, "b") + text(3, "c") },
  ]
  const { server, events, states } = watch(t, { replies })
  await settle()
  t.mock.timers.tick(3_000)
  await settle()

  assert.deepEqual(events, [
    [RUN, 1, "a"],
    [RUN, 2, "b"],
    [RUN, 3, "c"],
  ])
  assert.deepEqual(server.requests, [`/feed?after=${RUN}%3A0`, `/feed?after=${RUN}%3A2`])
  assert.deepEqual(states, ["connecting", "connected", "reconnecting", "connected"])
})

test("it goes on with the next run from that run's own numbers", async (t) => {
  const { events, server } = watch(t, {
    replies: [{ first: text(7, "a") + text(1, "b", OTHER), ends: true }, { first: connected() }],
    after: "",
  })
  await settle()
  t.mock.timers.tick(3_000)
  await settle()

  assert.deepEqual(events, [
    [RUN, 7, "a"],
    [OTHER, 1, "b"],
  ])
  assert.equal(server.requests[1], `/feed?after=${OTHER}%3A1`)
})

test("it takes everything again when the server does not know the cursor", async (t) => {
  const restart = frame("message", "", { type: "restart", reason: "unknown_cursor" })
  const { events } = watch(t, {
    replies: [{ first: connected(`${RUN}:0`) + restart + text(1, "a") }],
    after: `${RUN}:9`,
  })
  await settle()

  assert.deepEqual(events, [
    [null, 0, "restart"],
    [RUN, 1, "a"],
  ])
})

test("it looks for a server that is away at the same pace for a while, then less often", async (t) => {
  const { server } = watch(t, { replies: [] })
  await settle()
  const asked = []
  for (let second = 1; second <= 60; second++) {
    t.mock.timers.tick(1_000)
    await settle()
    asked.push(server.requests.length)
  }

  assert.ok(asked[3] >= 4, `${asked}`)
  assert.ok(asked.at(-1) <= 16, `${asked}`)
})

test("it says that the server waits for its storage, until something happens again", async (t) => {
  const waiting = frame("connected", "", { status: "waiting" })
  const reply = { first: connected(`${RUN}:0`) + text(1, "a") + waiting }
  const { events, states } = watch(t, { replies: [reply] })
  await settle()
  assert.deepEqual(states, ["connecting", "connected", "waiting"])

  reply.write(text(2, "b"))
  await settle()

  assert.equal(states.at(-1), "connected")
  assert.equal(events.length, 2)
})

test("it gives up a silent connection and opens another", async (t) => {
  const replies = [{ first: connected() }, { first: connected() }]
  const { server } = watch(t, { replies: [...replies] })
  await settle()
  t.mock.timers.tick(SILENCE_MILLISECONDS)
  await settle()
  t.mock.timers.tick(3_000)
  await settle()

  assert.equal(replies[0].aborted, true)
  assert.equal(server.requests.length, 2)
})

test("it takes a heartbeat for a sign of life", async (t) => {
  const reply = { first: connected() }
  const { server } = watch(t, { replies: [reply] })
  await settle()
  for (let beat = 0; beat < 8; beat++) {
    t.mock.timers.tick(15_000)
    reply.write(":\n")
    await settle()
  }

  assert.equal(reply.aborted, undefined)
  assert.equal(server.requests.length, 1)
})

test("it closes while the page is hidden and goes on from its cursor", async (t) => {
  const first = { first: connected() + text(1, "a") }
  const { page, server, events } = watch(t, { replies: [first, { first: connected() + text(2, "b") }] })
  await settle()
  page.become("hidden")
  await settle()
  t.mock.timers.tick(60_000)
  assert.equal(first.aborted, true)
  assert.equal(server.requests.length, 1)

  page.become("visible")
  await settle()

  assert.deepEqual(events, [
    [RUN, 1, "a"],
    [RUN, 2, "b"],
  ])
  assert.equal(server.requests[1], `/feed?after=${RUN}%3A1`)
})

test("it never holds two connections", async (t) => {
  const replies = [{ first: connected() }, { first: connected() }]
  const { page, view, server } = watch(t, { replies: [...replies] })
  await settle()
  page.become("visible")
  view.dispatchEvent(new Event("pageshow"))
  await settle()
  assert.equal(server.requests.length, 1)

  view.dispatchEvent(new Event("online"))
  await settle()

  assert.equal(replies[0].aborted, true)
  assert.equal(server.requests.length, 2)
})

test("it stops for good when the server has nothing left", async (t) => {
  const { server, states } = watch(t, { replies: [new Response(null, { status: 204 })] })
  await settle()
  t.mock.timers.tick(120_000)
  await settle()

  assert.deepEqual(states, ["connecting", "ended"])
  assert.equal(server.requests.length, 1)
})

test("it stops and says why when it is refused", async (t) => {
  const refusal = Response.json({ error: { code: "not_signed_in", message: "Please sign in first." } }, { status: 401 })
  const { server, states, details } = watch(t, { replies: [refusal] })
  await settle()
  t.mock.timers.tick(120_000)
  await settle()

  assert.equal(states.at(-1), "refused")
  assert.equal(details.at(-1), "Please sign in first.")
  assert.equal(server.requests.length, 1)
})

test("it waits as long as the server asks for", async (t) => {
  const busy = new Response(null, { status: 503, headers: { "Retry-After": "20" } })
  const { server } = watch(t, { replies: [busy, { first: connected() }] })
  await settle()
  t.mock.timers.tick(19_000)
  await settle()
  assert.equal(server.requests.length, 1)

  t.mock.timers.tick(1_000)
  await settle()

  assert.equal(server.requests.length, 2)
})

test("it asks a dead server ever more rarely, but goes on asking", async (t) => {
  const { server, states } = watch(t, { replies: [] })
  await settle()
  for (let second = 0; second < 300; second++) {
    t.mock.timers.tick(1_000)
    await settle()
  }

  assert.ok(server.requests.length > 10, `${server.requests.length} requests`)
  assert.ok(server.requests.length < 30, `${server.requests.length} requests`)
  assert.equal(states.at(-1), "reconnecting")
})

test("it says that it is offline and comes back with the network", async (t) => {
  const { view, states, server } = watch(t, { replies: [{ first: connected() }, { first: connected() }] })
  await settle()
  view.dispatchEvent(new Event("offline"))
  view.dispatchEvent(new Event("online"))
  await settle()

  assert.deepEqual(states, ["connecting", "connected", "offline", "reconnecting", "connected"])
  assert.equal(server.requests.length, 2)
})
