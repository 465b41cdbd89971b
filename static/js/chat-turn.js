// <chat-turn>: a question and its answer. Drawn from events while the run is under way; the server's rendering takes
// the place of that once it has ended, so that the page looks the same after a reload.

import { element, icon } from "./element.js"
import { EventStreamParser } from "./event-stream-parser.js"
import { answerText, emptyPicture, fold, progress } from "./run-picture.js"
import { StreamingText } from "./streaming-text.js"
import { _ } from "./words.js"

const ENDED = new Set(["complete", "failed", "cancelled"])
const FETCH_ATTEMPTS = 4
const URGENT_TITLES = {
  crisis: _("Please talk to someone right now"),
  emergency: _("This may be an emergency"),
  critical_value: _("A recent result needs attention now"),
  urgent: _("Please have this looked at soon"),
  concern: _("If things are hard right now"),
  scope: _("What this chat cannot do"),
}

export class ChatTurn extends HTMLElement {
  #picture = null
  #text = null
  #frame = 0

  /** A turn that is just being sent. */
  static pending(question) {
    const turn = element(
      "chat-turn",
      { class: "turn fresh", "data-status": "queued" },
      element(
        "div",
        { class: "question" },
        element("h2", { class: "visually-hidden" }, _("You asked")),
        element("div", { class: "question-text", dir: "auto" }, question),
      ),
      element(
        "div",
        { class: "answer", "data-answer": true },
        element("h2", { class: "visually-hidden" }, _("Answer")),
        element(
          "div",
          { class: "progress", "data-progress": true },
          element("span", { class: "pulse", "aria-hidden": "true" }),
          element("span", { "data-progress-text": true }, _("Sending your question")),
        ),
        element("div", { class: "prose", "data-text": true, dir: "auto" }),
      ),
    )
    return turn
  }

  get run() {
    return this.dataset.run ?? ""
  }

  get underWay() {
    return !ENDED.has(this.dataset.status)
  }

  /** What is known of the run, or null while nothing was read. */
  get picture() {
    return this.#picture
  }

  /** The run whose question this one answers again, if it does. */
  get retryOf() {
    return this.dataset.retryOf ?? ""
  }

  /** Whether a specialist of it can be asked again: it has ended, and no later answer stands below. */
  get canBeRetried() {
    return !this.underWay && this.dataset.superseded === undefined
  }

  get text() {
    return this.#picture ? answerText(this.#picture) : ""
  }

  /** The question could not be sent yet; `takeBack` is called if it is not to be sent at all. */
  unsent(takeBack) {
    this.querySelector("[data-progress-text]").textContent = _("Not sent yet. It is kept here and goes out by itself.")
    if (this.querySelector("[data-unsent]")) return
    const button = element("button", { type: "button", class: "button small", "data-unsent": true }, _("Take it back"))
    button.addEventListener("click", takeBack)
    this.querySelector("[data-progress]").append(button)
  }

  /** The server has taken the question. */
  accepted({ run, address, triage }) {
    this.querySelector("[data-unsent]")?.remove()
    this.dataset.run = run
    this.dataset.address = address
    this.#picture ??= emptyPicture(run)
    // An emergency is answered by the reply itself: it does not wait for the feed.
    this.#picture.triage ??= triage ?? null
    this.#draw()
  }

  take(event) {
    this.#picture ??= emptyPicture(this.run)
    fold(this.#picture, event)
    if (event.name === "done") this.#end(event.data.status)
    else this.#frame ||= requestAnimationFrame(() => this.#draw())
    this.#tell("turn-changed", event)
  }

  /** Show it as the server shows it now: with another answer below, this one is folded up. */
  async refresh() {
    if (this.underWay) return
    const shown = await this.#fetched().catch(() => null)
    if (!shown || this.underWay) return
    this.toggleAttribute("data-superseded", shown.dataset.superseded !== undefined)
    this.replaceChildren(...shown.childNodes)
    this.#tell("turn-rendered", { status: this.dataset.status })
  }

  /** Read what was recorded of a run that has ended. */
  async loadPicture() {
    const response = await fetch(`/api/runs/${this.run}/stream`, {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
    })
    if (!response.ok) throw new Error("the run cannot be read")
    const picture = emptyPicture(this.run)
    const parser = new EventStreamParser()
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      for (const { event, data } of parser.feed(value))
        if (event !== "connected") fold(picture, { name: event, data: JSON.parse(data) })
    }
    this.#picture = picture
  }

  #draw() {
    this.#frame = 0
    if (!this.underWay) return
    const { triage } = this.#picture
    if (triage?.text && !this.querySelector("[data-triage]")) {
      this.querySelector("[data-answer] > h2").after(banner(triage))
    }
    const waits = this.#picture.status === "queued" && this.previousElementSibling?.underWay
    this.#offerToTakeBack(waits)
    this.querySelector("[data-progress-text]").textContent = waits ? _("Waiting for its turn") : progress(this.#picture)
    this.#text ??= new StreamingText(this.querySelector("[data-text]"))
    this.#text.show(this.text)
  }

  #offerToTakeBack(waits) {
    const offered = this.querySelector("[data-take-back]")
    if (!waits) offered?.remove()
    else if (!offered) {
      const button = element("button", { class: "button small" }, _("Take it back"))
      this.querySelector("[data-progress]").append(element("form", { "data-take-back": true }, button))
    }
  }

  async #end(status) {
    if (!this.underWay) return
    cancelAnimationFrame(this.#frame)
    this.#draw()
    this.dataset.status = status
    this.#tell("turn-ended", { status })
    await this.#renderedByServer()
    this.#tell("turn-rendered", { status })
  }

  async #renderedByServer() {
    for (let attempt = 0; attempt < FETCH_ATTEMPTS; attempt++) {
      try {
        this.replaceChildren(...(await this.#fetched()).childNodes)
        this.#text = null
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt))
      }
    }
    this.querySelector("[data-progress]")?.replaceWith(
      element("p", { class: "muted small" }, _("The answer is complete; reload the page to see its sources.")),
    )
  }

  async #fetched() {
    const response = await fetch(this.dataset.address, { cache: "no-store" })
    if (!response.ok) throw new Error("the answer cannot be read")
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    return document.adoptNode(page.querySelector("chat-turn"))
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }))
  }
}

function banner(triage) {
  const title = URGENT_TITLES[triage.level] ?? _("First of all")
  const text = element("div", { class: "prose" })
  new StreamingText(text).show(triage.text)
  return element(
    "section",
    { class: `triage ${triage.level}`, "data-triage": true, role: "alert", "aria-label": title },
    element("h3", {}, icon(["crisis", "concern"].includes(triage.level) ? "health_analyst" : "alert"), title),
    text,
  )
}

customElements.define("chat-turn", ChatTurn)
