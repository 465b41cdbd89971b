import assert from "node:assert/strict"
import test from "node:test"

import { answerText, canBeAskedAgain, emptyPicture, fold, progress } from "../../static/js/run-picture.js"

const at = (seconds) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString()
const message = (type, rest = {}, seconds = 0) => ({ name: "message", data: { type, timestamp: at(seconds), ...rest } })
const done = (status, seconds = 0) => ({ name: "done", data: { type: "done", status, timestamp: at(seconds) } })

function pictureOf(...events) {
  const picture = emptyPicture("run")
  for (const event of events) fold(picture, event)
  return picture
}

const plan = message("plan", {
  complexity: "standard",
  tasks: [
    { specialist: "cardiology", task: "Look at the blood pressure." },
    { specialist: "pharmacy", task: "List the medicines." },
  ],
  skipped: [{ specialist: "nutrition", reason: "no records of it" }],
})

test("it tells parallel specialists apart", () => {
  const picture = pictureOf(
    plan,
    message("specialist_update", { specialist: "cardiology", status: "working" }, 1),
    message("specialist_update", { specialist: "pharmacy", status: "working" }, 1),
    message("tool_call", { tool: "latest", call_id: "c1", specialist: "cardiology", arguments: { concept: "bp" } }, 2),
    message("tool_call", { tool: "latest", call_id: "p1", specialist: "pharmacy", arguments: {} }, 2),
    message("tool_result", { tool: "latest", call_id: "c1", specialist: "cardiology", summary: "142/88" }, 4),
    message("specialist_update", { specialist: "cardiology", status: "finished" }, 5),
  )

  const cardiology = picture.members.get("cardiology")
  assert.equal(cardiology.status, "finished")
  assert.equal(cardiology.seconds, 4)
  assert.equal(cardiology.calls.get("c1").summary, "142/88")
  assert.equal(picture.members.get("pharmacy").calls.get("p1").ended, null)
  assert.deepEqual(
    [picture.members.get("nutrition").status, picture.members.get("nutrition").note],
    ["skipped", "no records of it"],
  )
})

test("it joins the pieces of a part, and drops those of an earlier attempt", () => {
  const picture = pictureOf(
    message("text", { content: "Your blood" }),
    message("text", { content: " pressure" }),
    message("restart", { reason: "resumed", part: "answer", attempt: 2 }),
    message("text", { content: "Your pressure" }),
    message("text", { content: "A note", part: "note" }),
  )

  assert.equal(answerText(picture), "Your pressure\n\nA note")
})

test("it keeps what an interrupted attempt had completed", () => {
  const picture = pictureOf(
    plan,
    message("specialist_update", { specialist: "cardiology", status: "working" }),
    message("specialist_update", { specialist: "cardiology", status: "finished" }),
    message("specialist_update", { specialist: "pharmacy", status: "working" }),
    message("tool_call", { tool: "list", call_id: "p1", specialist: "pharmacy" }),
    message("text", { content: "Half" }),
    message("restart", { reason: "resumed", attempt: 2 }),
  )

  assert.equal(picture.members.get("cardiology").status, "finished")
  assert.equal(picture.members.get("pharmacy").status, "waiting")
  assert.equal(picture.members.get("pharmacy").calls.size, 0)
  assert.equal(answerText(picture), "")
})

test("it stops everyone who was still at work when a run is cancelled", () => {
  const picture = pictureOf(
    plan,
    message("specialist_update", { specialist: "pharmacy", status: "working" }),
    done("cancelled"),
  )

  assert.equal(picture.status, "cancelled")
  assert.equal(picture.members.get("pharmacy").status, "stopped")
  assert.equal(picture.members.get("nutrition").status, "skipped")
})

test("it says in one sentence how far it is", () => {
  const steps = [
    message("triage", { level: "none" }),
    message("understanding", { summary: "Your blood pressure" }),
    plan,
    message("specialist_update", { specialist: "cardiology", status: "working" }),
    message("specialist_update", { specialist: "pharmacy", status: "working" }),
    message("specialist_update", { specialist: "cardiology", status: "finished" }),
    message("specialist_update", { specialist: "pharmacy", status: "failed" }),
    message("text", { content: "Your" }),
  ]

  const picture = emptyPicture("run")
  const told = [progress(picture), ...steps.map((event) => (fold(picture, event), progress(picture)))]

  assert.deepEqual(told, [
    "Starting",
    "Reading your question",
    "Deciding whom to ask",
    "Deciding whom to ask",
    "Cardiology is looking at your records",
    "Cardiology and pharmacy are looking at your records",
    "Pharmacy is looking at your records",
    "Putting the findings together",
    "Writing the answer",
  ])
})

test("it knows who can be asked again", () => {
  const picture = pictureOf(
    message("gap", { reason: "timed_out", specialist: "cardiology", unknown: "Nothing is known of it." }),
    message("gap", { reason: "no_data", specialist: "pharmacy", unknown: "No medicines are recorded." }),
    message("gap", { reason: "failed", unknown: "The model stopped." }),
  )

  const again = [...picture.members.values()].filter(canBeAskedAgain)
  assert.deepEqual(
    again.map(({ specialist, gap }) => [specialist, gap]),
    [["cardiology", "Nothing is known of it."]],
  )
})

test("it takes an event of a type that it does not know", () => {
  assert.equal(pictureOf(message("something_new")).status, "running")
})
