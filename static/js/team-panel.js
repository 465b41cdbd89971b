// <team-panel>: who was asked what, what each one does right now, and what each one found.

import { element, icon } from "./element.js"
import { canBeAskedAgain, list, title } from "./run-picture.js"
import { _, ngettext, spelled } from "./words.js"

const STATUS = {
  waiting: _("waiting"),
  working: _("at work"),
  finished: _("finished"),
  failed: _("could not finish"),
  skipped: _("not asked"),
  stopped: _("stopped"),
}
const OUTCOME = { complete: "finished", failed: "failed", cancelled: "stopped" }
const STATUS_ICON = { waiting: "wait", finished: "check", failed: "alert", skipped: "skip", stopped: "stop" }
const COMPLEXITY = {
  simple: _("A simple question"),
  standard: _("A question for one field"),
  complex: _("A question across fields"),
  comprehensive: _("A question for the whole team"),
  emergency: _("An emergency"),
}
const STOPS_EVERYTHING = new Set(["emergency", "crisis"])
const TICK_MILLISECONDS = 1_000

class TeamPanel extends HTMLElement {
  #turn = null
  #frame = 0
  #ticking = null
  #open = new Set()
  #clocks = []
  /** By how much this machine's clock is ahead of the server's, at the most. */
  #offset = Infinity

  connectedCallback() {
    this.addEventListener("toggle", this.#toggled, true)
  }

  disconnectedCallback() {
    clearInterval(this.#ticking)
  }

  /** Show the team of this turn; what was recorded of it is read first where the page has not seen it happen. */
  async show(turn) {
    if (this.#turn !== turn) this.#open.clear()
    this.#turn = turn
    if (!turn.picture && turn.run && !turn.underWay) {
      try {
        await turn.loadPicture()
      } catch {
        this.replaceChildren(
          head(_("The team")),
          element(
            "p",
            { class: "notice" },
            _("What the team did cannot be read right now. Reload the page to try again."),
          ),
        )
        return
      }
    }
    this.#draw()
  }

  /** Something happened in a turn. Of the answer's text only the beginning shows here. */
  changed(turn, { data }) {
    if (turn !== this.#turn || (data.type === "text" && this.#writing)) return
    this.#offset = Math.min(this.#offset, Date.now() - turn.picture.latest)
    this.#frame ||= requestAnimationFrame(() => this.#draw())
  }

  get #writing() {
    return this.querySelector("[data-writing]") !== null
  }

  #toggled = ({ target }) => {
    if (target.open) this.#open.add(target.dataset.key)
    else this.#open.delete(target.dataset.key)
  }

  #draw() {
    this.#frame = 0
    const picture = this.#turn?.picture
    if (!picture) return
    this.#clocks = []
    const focused = this.contains(document.activeElement)
      ? document.activeElement.closest("[data-key]")?.dataset.key
      : null
    const everyone = [...picture.members.values()]
    const asked = everyone.filter(({ specialist, status }) => specialist && status !== "skipped")
    const skipped = everyone.filter(({ status }) => status === "skipped")
    this.replaceChildren(
      head(_("The team"), summary(picture, asked)),
      this.#analyst(picture),
      ...(asked.length > 0
        ? [element("ol", { class: "members" }, ...asked.map((member) => this.#member(member)))]
        : []),
      ...(skipped.length > 0 ? [this.#skipped(skipped)] : []),
    )
    if (focused) this.querySelector(`[data-key="${CSS.escape(focused)}"] > summary`)?.focus()
    this.#tick(this.#turn.underWay)
  }

  #analyst(picture) {
    const steps = []
    if (STOPS_EVERYTHING.has(picture.triage?.level))
      steps.push(
        step(
          _("Answered at once"),
          _("The urgency screen comes before everything else; nobody was asked, so that nothing delays it"),
        ),
      )
    if (picture.understanding) steps.push(step(_("Understood the question as"), picture.understanding.summary))
    if (picture.plan) steps.push(step(COMPLEXITY[picture.plan.complexity] ?? _("Made a plan"), planned(picture.plan)))
    const own = picture.members.get("")
    for (const call of own?.calls.values() ?? []) steps.push(this.#call(call))
    if (picture.parts.size > 0 && !picture.triage?.text)
      steps.push(
        picture.done || picture.grounding
          ? step(_("Wrote the answer"), "")
          : step(_("Is writing the answer"), "", { running: true }),
      )
    if (picture.grounding) steps.push(step(_("Compared it with the records"), grounded(picture.grounding)))
    return element(
      "section",
      { class: "member analyst", "data-status": picture.done ? OUTCOME[picture.status] : "working" },
      this.#memberHead({
        name: _("Health analyst"),
        symbol: "health_analyst",
        status: picture.done ? OUTCOME[picture.status] : "working",
        words: lead(picture),
        seconds: () => elapsed(picture, this.#offset),
      }),
      ...(steps.length > 0 ? [element("ul", { class: "calls" }, ...steps)] : []),
    )
  }

  #member(member) {
    const { specialist, status, calls, claims } = member
    const working = status === "working"
    return element(
      "li",
      { class: "member", "data-status": status, "data-specialist": specialist },
      this.#memberHead({
        name: title(specialist),
        symbol: specialist,
        status,
        words: STATUS[status],
        seconds: () => memberSeconds(member, this.#offset),
      }),
      ...(member.task ? [element("p", { class: "task" }, member.task)] : []),
      ...(member.note && status !== "finished" ? [element("p", { class: "note small" }, member.note)] : []),
      ...(calls.size > 0
        ? [element("ul", { class: "calls" }, ...[...calls.values()].map((call) => this.#call(call, working)))]
        : []),
      ...(member.gap ? [element("p", { class: "member-gap small" }, icon("alert"), member.gap)] : []),
      ...(this.#turn.canBeRetried && canBeAskedAgain(member) ? [this.#askAgain(specialist)] : []),
      ...(claims ? [this.#found(member)] : []),
    )
  }

  #askAgain(specialist) {
    const button = element("button", { type: "button", class: "button small ask-again" }, _("Ask again"))
    button.addEventListener("click", () => {
      button.disabled = true
      const detail = { turn: this.#turn, specialist }
      this.dispatchEvent(new CustomEvent("retry-wanted", { bubbles: true, detail }))
    })
    return button
  }

  #memberHead({ name, symbol, status, words, seconds }) {
    const told = element("span", {}, timed(words, seconds()))
    if (status === "working") this.#clocks.push(() => (told.textContent = timed(words, seconds())))
    return element(
      "header",
      { class: "member-head" },
      element("span", { class: "member-mark" }, icon(symbol)),
      element("h3", {}, name),
      element(
        "p",
        { class: "member-status" },
        status === "working" ? element("span", { class: "pulse", "aria-hidden": "true" }) : icon(STATUS_ICON[status]),
        told,
      ),
    )
  }

  #call(call, working = true) {
    const running = call.ended === null && working
    return element(
      "li",
      { class: "call", "data-running": running },
      element(
        "div",
        { class: "call-head" },
        running
          ? element("span", { class: "pulse", "aria-hidden": "true" })
          : icon(call.ended === null ? "skip" : "check"),
        element("span", { class: "call-name" }, title(call.tool)),
        element("span", { class: "call-with" }, withWhat(call.arguments)),
        call.ended === null
          ? null
          : element("span", { class: "member-time number" }, duration((call.ended - call.began) / 1_000)),
      ),
      ...(call.summary ? [element("p", { class: "call-summary" }, call.summary)] : []),
    )
  }

  #found({ specialist, calls, claims, summary: words }) {
    if (claims.length === 0)
      return words || calls.size === 0
        ? element("p", { class: "found-nothing small muted" }, words || _("Found nothing to report."))
        : ""
    const key = `found-${specialist}`
    return element(
      "details",
      { class: "found", "data-key": key, open: this.#open.has(key) },
      element("summary", {}, ngettext("Found one thing", "Found %(count)s things", claims.length)),
      element(
        "ul",
        {},
        ...claims.map((claim) =>
          element(
            "li",
            { class: claim.severity && claim.severity !== "info" ? `severity ${claim.severity}` : false },
            claim.text,
          ),
        ),
      ),
    )
  }

  #skipped(members) {
    return element(
      "details",
      { class: "skipped", "data-key": "skipped", open: this.#open.has("skipped") },
      element("summary", {}, _("Not asked: %(count)s", { count: members.length })),
      element(
        "ul",
        {},
        ...members.map(({ specialist, note }) =>
          element("li", {}, element("strong", {}, title(specialist)), note ? ` – ${note}` : ""),
        ),
      ),
    )
  }

  #tick(on) {
    if (on && this.#ticking === null)
      this.#ticking = setInterval(() => this.#clocks.forEach((tell) => tell()), TICK_MILLISECONDS)
    if (!on) {
      clearInterval(this.#ticking)
      this.#ticking = null
    }
  }
}

function head(words, more = "") {
  return element(
    "header",
    { class: "panel-head" },
    element("h2", {}, words),
    more ? element("p", { class: "muted small" }, more) : null,
  )
}

function summary({ done, status }, asked) {
  if (asked.length === 0) return ""
  const finished = asked.filter((member) => member.status === "finished").length
  if (!done) return _("%(finished)s of %(asked)s finished", { finished, asked: asked.length })
  if (status === "cancelled") return _("Stopped by you")
  return ngettext("One specialist asked", "%(count)s specialists asked", asked.length)
}

function lead({ done, status, parts }) {
  if (done) return STATUS[OUTCOME[status]]
  return parts.size > 0 ? "writing" : "leading"
}

function planned({ tasks = [] }) {
  if (tasks.length === 0) return ""
  return _("Asked %(names)s", { names: list(tasks.map(({ specialist }) => spelled(specialist))) })
}

function grounded({ checked, matched, struck }) {
  const words = ngettext("%(matched)s of %(count)s figure matched", "%(matched)s of %(count)s figures matched", checked, {
    matched,
  })
  return struck ? _("%(words)s, %(struck)s removed", { words, struck }) : words
}

function step(words, more, { running = false } = {}) {
  const sign = running ? element("span", { class: "pulse", "aria-hidden": "true" }) : icon("check")
  return element(
    "li",
    { class: "call step", "data-writing": running },
    element("div", { class: "call-head" }, sign, element("span", { class: "call-name" }, words)),
    more ? element("p", { class: "call-summary" }, more) : null,
  )
}

function withWhat(given) {
  return Object.values(given)
    .filter((value) => value !== null && value !== "" && value !== false)
    .map((value) => (typeof value === "object" ? Object.values(value).join(", ") : String(value).replaceAll("_", " ")))
    .filter(Boolean)
    .join(" · ")
}

function elapsed({ began, latest, done }, offset) {
  if (began === null) return null
  return Math.max(0, ((done ? latest : Date.now() - offset) - began) / 1_000)
}

function memberSeconds({ began, seconds, status }, offset) {
  if (seconds !== null) return seconds
  return status === "working" && began !== null ? Math.max(0, (Date.now() - offset - began) / 1_000) : null
}

function timed(words, seconds) {
  return seconds === null ? words : `${words} · ${duration(seconds)}`
}

function duration(seconds) {
  if (seconds < 0.05) return "0.1 s"
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

customElements.define("team-panel", TeamPanel)
