import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"

import { EventStreamParser, EventTooLong, MAX_EVENT_CHARACTERS } from "../../static/js/event-stream-parser.js"

const cases = JSON.parse(readFileSync(new URL("../event_stream_cases.json", import.meta.url)))
const encode = (text) => new TextEncoder().encode(text)

function read(chunks) {
  const parser = new EventStreamParser()
  const events = chunks.flatMap((chunk) => parser.feed(chunk))
  return { events, retry: parser.retry, lastEventId: parser.lastEventId }
}

for (const { name, stream, base64, events, retry, lastEventId } of cases) {
  const bytes = base64 === undefined ? encode(stream) : new Uint8Array(Buffer.from(base64, "base64"))
  const expected = { events, retry, lastEventId }

  test(`it reads in one piece: ${name}`, () => {
    assert.deepEqual(read([bytes]), expected)
  })

  test(`it reads byte by byte: ${name}`, () => {
    assert.deepEqual(read([...bytes].map((byte) => Uint8Array.of(byte))), expected)
  })

  test(`it reads cut anywhere: ${name}`, () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.deepEqual(read([bytes.slice(0, cut), new Uint8Array(), bytes.slice(cut)]), expected, `cut at ${cut}`)
    }
  })
}

test("it refuses an event longer than is taken", () => {
  const parser = new EventStreamParser()
  const piece = encode(`data: ${"x".repeat(MAX_EVENT_CHARACTERS / 8)}\n`)

  assert.throws(() => {
    for (let n = 0; n < 8; n++) parser.feed(piece)
  }, EventTooLong)
})

test("it takes any number of comments", () => {
  const parser = new EventStreamParser()
  const comment = encode(`:${"x".repeat(MAX_EVENT_CHARACTERS / 2)}\n`)
  for (let n = 0; n < 3; n++) parser.feed(comment)

  assert.deepEqual(
    parser.feed(encode("data: a\n\n")).map((event) => event.data),
    ["a"],
  )
})

test("it reads a long line that comes in many pieces", () => {
  const parser = new EventStreamParser()
  const letter = encode("x")
  parser.feed(encode("data: "))
  for (let n = 0; n < 200_000; n++) parser.feed(letter)

  assert.equal(parser.feed(encode("\n\n"))[0].data.length, 200_000)
})
