// What is known of a run: its events, folded. The same events give the same picture, live or replayed.

import { _, spelled } from "./words.js"

/** A picture before the first event. */
export function emptyPicture(run) {
  return {
    run,
    status: "queued",
    began: null,
    latest: null,
    triage: null,
    understanding: null,
    plan: null,
    members: new Map(),
    parts: new Map(),
    gaps: [],
    grounding: null,
    clarify: null,
    error: null,
    done: null,
  }
}

/** The answer's text as far as it is written. */
export function answerText(picture) {
  return [...picture.parts.values()].map((pieces) => pieces.join("")).join("\n\n")
}

/** Take one event `{name, data}` into the picture, which is changed in place. */
export function fold(picture, { name, data }) {
  const at = Date.parse(data.timestamp)
  picture.began ??= at
  picture.latest = Math.max(picture.latest ?? at, at)
  if (name === "done") return end(picture, data)
  if (name === "error") {
    picture.error = data
    return
  }
  if (picture.status === "queued") picture.status = "running"
  TAKE[data.type]?.(picture, data, at)
}

/** How far along a run is, in one sentence for people. */
export function progress(picture) {
  if (picture.status === "queued") return _("Starting")
  const working = [...picture.members.values()].filter((member) => member.specialist && member.status === "working")
  if (working.length > 0)
    return working.length === 1
      ? _("%(name)s is looking at your records", { name: title(list(names(working))) })
      : _("%(names)s are looking at your records", { names: title(list(names(working))) })
  if (picture.parts.size > 0) return _("Writing the answer")
  const asked = [...picture.members.values()].filter((member) => member.specialist && member.status !== "skipped")
  if (asked.length > 0 && asked.every((member) => ENDED.has(member.status))) return _("Putting the findings together")
  if (picture.understanding) return _("Deciding whom to ask")
  return _("Reading your question")
}

function names(members) {
  return members.map(({ specialist }) => spelled(specialist))
}

/** Whether asking a specialist again may come to more: it failed, ran out of time or was stopped. */
export function canBeAskedAgain({ specialist, gapReason }) {
  return specialist !== "" && RETRIED.has(gapReason)
}

/** A specialist's or a tool's name as people write it. */
export function title(name) {
  const words = spelled(name)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function list(words) {
  return words.length < 2 ? words.join("") : _("%(some)s and %(last)s", { some: words.slice(0, -1).join(", "), last: words.at(-1) })
}

const RETRIED = new Set(["failed", "timed_out", "stopped"])
const ENDED = new Set(["finished", "failed", "skipped", "stopped"])

const TAKE = {
  triage(picture, data) {
    picture.triage = data
  },
  understanding(picture, data) {
    picture.understanding = data
  },
  plan(picture, data) {
    picture.plan = data
    for (const { specialist, task } of data.tasks ?? []) member(picture, specialist).task = task
    for (const { specialist, reason } of data.skipped ?? []) {
      Object.assign(member(picture, specialist), { status: "skipped", note: reason })
    }
  },
  specialist_update(picture, data, at) {
    const found = member(picture, data.specialist)
    found.status = data.status
    found.note = data.note ?? ""
    if (data.status === "working") found.began ??= at
    if (ENDED.has(data.status)) {
      found.ended = at
      found.seconds = data.seconds ?? (found.began === null ? null : (at - found.began) / 1_000)
    }
  },
  tool_call(picture, data, at) {
    const calls = member(picture, data.specialist).calls
    calls.set(data.call_id, { tool: data.tool, arguments: data.arguments ?? {}, began: at, ended: null, summary: "" })
  },
  tool_result(picture, data, at) {
    const calls = member(picture, data.specialist).calls
    const call = calls.get(data.call_id) ?? { tool: data.tool, arguments: {}, began: at }
    calls.set(data.call_id, { ...call, ended: at, summary: data.summary, evidence: data.evidence ?? [] })
  },
  finding(picture, data) {
    Object.assign(member(picture, data.specialist), { claims: data.claims ?? [], summary: data.summary ?? "" })
  },
  gap(picture, data) {
    picture.gaps.push(data)
    if (data.specialist) Object.assign(member(picture, data.specialist), { gap: data.unknown, gapReason: data.reason })
  },
  text(picture, data) {
    const part = data.part ?? "answer"
    if (!picture.parts.has(part)) picture.parts.set(part, [])
    picture.parts.get(part).push(data.content)
  },
  grounding(picture, data) {
    picture.grounding = data
  },
  clarify(picture, data) {
    picture.clarify = data
  },
  // An earlier attempt ended: what it had begun is begun again, what it had completed stays.
  restart(picture, data) {
    if (data.part) {
      picture.parts.delete(data.part)
      return
    }
    picture.parts.clear()
    for (const found of picture.members.values()) {
      if (found.status === "working") Object.assign(found, { status: "waiting", note: "", began: null })
      for (const [id, call] of found.calls) if (call.ended === null) found.calls.delete(id)
    }
  },
}

/** The specialist of that name, or the health analyst for none. */
function member(picture, specialist = "") {
  const key = specialist ?? ""
  if (!picture.members.has(key)) {
    picture.members.set(key, {
      specialist: key,
      task: "",
      status: "waiting",
      note: "",
      began: null,
      ended: null,
      seconds: null,
      calls: new Map(),
      claims: null,
      summary: "",
      gap: "",
      gapReason: "",
    })
  }
  return picture.members.get(key)
}

function end(picture, data) {
  picture.done = data
  picture.status = data.status
  for (const found of picture.members.values()) {
    if (!ENDED.has(found.status)) found.status = data.status === "complete" ? "finished" : "stopped"
  }
}
