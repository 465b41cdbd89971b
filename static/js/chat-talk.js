// <chat-talk>: the conversation in the middle of the page. Sends questions, watches the feed, stops runs.

import { Announcer } from "./announcer.js"
import { ChatTurn } from "./chat-turn.js"
import { Composer } from "./composer.js"
import { element } from "./element.js"
import { randomKey } from "./random-key.js"
import { watch } from "./shared-feed.js"

const CONNECTION = {
  connecting: "Connecting",
  connected: "Connected",
  reconnecting: "Reconnecting",
  offline: "Offline; goes on by itself once you are back",
  ended: "Done",
}
const SENTENCE_END = /[.!?:\n]/
const MARGIN = 20
const UNREACHABLE = "The server could not be reached. Your question is still here: please send it again."
const UNREACHABLE_RETRY = "The server could not be reached. Please try again."

class ChatTalk extends HTMLElement {
  #turns
  #composer
  #announcer
  #feed = null
  #sending = null
  #unsent = null
  #waiting = new Map()
  #connection = ""
  #answered = false

  connectedCallback() {
    this.#turns = this.querySelector("[data-turns]")
    this.#announcer = new Announcer(this.querySelector("[data-announcer]"))
    this.#composer = new Composer(this.querySelector("[data-composer]"), {
      conversation: this.dataset.conversation,
      send: (question) => this.#ask(question),
    })
    this.addEventListener("click", this.#clicked)
    this.addEventListener("submit", this.#submitted)
    this.addEventListener("turn-changed", this.#turnChanged)
    this.addEventListener("turn-ended", this.#turnEnded)
    this.addEventListener("turn-rendered", this.#turnRendered)
    this.#scroller.addEventListener("scroll", this.#showWhetherMore, { passive: true })
    if (this.dataset.conversation) this.#watch(cursor(this.#all))
    this.#scrollTo(this.newest, "instant")
    this.#offerCopying()
    this.#refresh()
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus()
  }

  disconnectedCallback() {
    this.#feed?.close()
  }

  /** The turn that was asked last. */
  get newest() {
    return this.#all.at(-1) ?? null
  }

  get #all() {
    return [...this.#turns.querySelectorAll("chat-turn")]
  }

  get #underWay() {
    return this.#all.filter((turn) => turn.underWay)
  }

  get #scroller() {
    return this.querySelector("[data-scroll]")
  }

  async #ask(question) {
    if (this.#sending) return
    const turn = ChatTurn.pending(question)
    this.querySelector("[data-welcome]")?.setAttribute("hidden", "")
    for (const suggestions of this.querySelectorAll("[data-follow-ups]")) suggestions.hidden = true
    for (const earlier of this.querySelectorAll(".turn.fresh")) earlier.classList.remove("fresh")
    this.#turns.append(turn)
    this.#composer.clear()
    this.#scrollTo(turn, gently())
    this.#refresh()
    this.#sending = this.#send(question, turn)
    try {
      await this.#sending
    } finally {
      this.#sending = null
      this.#refresh()
    }
  }

  async #send(question, turn) {
    // The same words are sent again under the same key: an answer that was lost on its way does not ask twice.
    if (this.#unsent?.question !== question) this.#unsent = { question, key: randomKey() }
    const reply = await post(this.dataset.ask, this.#request(question), { key: this.#unsent.key })
    if (reply.error) {
      turn.remove()
      this.querySelector("[data-welcome]")?.removeAttribute("hidden")
      this.#composer.giveBack(question, reply.error.message)
      return
    }
    this.#unsent = null
    const { run, conversation, triage } = reply
    turn.accepted({ run, triage, address: `${this.dataset.address}c/${conversation}/runs/${run}/` })
    if (!this.dataset.conversation) this.#begin(conversation, run)
    this.#announcer.say(triage ? "" : "Your question was sent.")
    this.#tell("turn-asked", turn)
    this.#refreshSide()
  }

  /** Have a run's question answered again, or one specialist of it asked again; both answers are kept. */
  async retry(turn, specialist = "") {
    if (this.#sending || !turn.canBeRetried) return
    this.#sending = this.#sendRetry(turn, specialist)
    this.#refresh()
    try {
      await this.#sending
    } finally {
      this.#sending = null
      this.#refresh()
    }
  }

  async #sendRetry(turn, specialist) {
    const reply = await post(`/api/runs/${turn.run}/retry`, specialist ? { specialist } : {}, {
      unreachable: UNREACHABLE_RETRY,
    })
    if (reply.error) {
      this.#composer.giveBack("", reply.error.message)
      return
    }
    // Where this fails, the feed's first event of the run brings the turn in.
    const shown = await this.#fetchTurn(reply.run)
    if (!shown) return
    this.#append(shown)
    this.#scrollTo(shown, gently())
    this.#announcer.say("The question is being answered again.")
  }

  #append(turn) {
    this.querySelector("[data-welcome]")?.setAttribute("hidden", "")
    this.#turns.append(turn)
    this.#all.find(({ run }) => run === turn.retryOf)?.refresh()
    this.#tell("turn-asked", turn)
    this.#refreshSide()
  }

  #request(question) {
    const { conversation } = this.dataset
    if (conversation) return { message: question, conversation }
    const patient = this.#composer.patient
    return patient ? { message: question, patient } : { message: question }
  }

  /** The first question has made a conversation: from here on this page is its page. */
  #begin(conversation, run) {
    this.dataset.conversation = conversation
    history.replaceState(null, "", `${this.dataset.address}c/${conversation}/`)
    this.#composer.movedTo(conversation)
    this.#watch(`${run}:0`)
  }

  #watch(after) {
    this.#feed = watch(`/api/conversations/${this.dataset.conversation}/stream`, {
      after,
      onEvent: (event) => this.#happened(event),
      onState: (state, detail) => this.#connectionChanged(state, detail),
    })
    this.#feed.open()
  }

  #happened(event) {
    if (event.run === null) {
      for (const turn of this.#underWay) turn.startOver()
      return
    }
    const turn = this.#all.find(({ run }) => run === event.run)
    const waiting = this.#waiting.get(event.run)
    if (turn && !waiting) turn.take(event)
    else if (waiting) waiting.push(event)
    else this.#bringIn(event)
  }

  /** A run that this page does not show yet: its own, sent a moment ago, or one that was asked elsewhere. */
  async #bringIn(event) {
    const { run } = event
    const waiting = [event]
    this.#waiting.set(run, waiting)
    await this.#sending?.catch(() => {})
    if (!this.#all.some((turn) => turn.run === run)) {
      const shown = await this.#fetchTurn(run)
      if (shown) this.#append(shown)
    }
    this.#waiting.delete(run)
    const turn = this.#all.find((candidate) => candidate.run === run)
    for (const late of waiting) turn?.take(late)
    this.#refresh()
  }

  async #fetchTurn(run) {
    try {
      const response = await fetch(`${this.dataset.address}c/${this.dataset.conversation}/runs/${run}/`, {
        cache: "no-store",
      })
      if (!response.ok) return null
      const page = new DOMParser().parseFromString(await response.text(), "text/html")
      return document.adoptNode(page.querySelector("chat-turn"))
    } catch {
      return null
    }
  }

  #connectionChanged(state, detail) {
    this.#connection = state
    if (state === "offline") this.#announcer.say("You are offline. The answer goes on once you are back.")
    if (state === "refused") {
      const shown = element(
        "div",
        { class: "notice error", role: "alert" },
        detail,
        " ",
        element("a", { href: this.dataset.address }, "Go to the start"),
      )
      this.querySelector("[data-composer]").before(shown)
    }
    this.#refresh()
  }

  #turnChanged = ({ target, detail: { name, data } }) => {
    if (!target.underWay && name !== "done") return
    if (name === "message" && data.type === "text" && SENTENCE_END.test(data.content))
      this.#announcer.follow(target.text)
    if (name === "message" && data.type === "plan" && data.tasks?.length) {
      this.#announcer.say(`Asked ${data.tasks.map(({ specialist }) => specialist.replaceAll("_", " ")).join(", ")}.`)
    }
    this.#showWhetherMore()
    this.#refresh()
  }

  #turnEnded = ({ target, detail: { status } }) => {
    this.#answered = true
    this.#announcer.finish(target.text)
    this.#announcer.say(
      {
        complete: "The answer is complete.",
        cancelled: "The answer was stopped.",
        failed: "The question could not be answered.",
      }[status],
    )
    // An earlier answer is unfolded again where the attempt at another came to nothing.
    if (status !== "complete") this.#all.find(({ run }) => run === target.retryOf)?.refresh()
    this.#refresh()
    this.#refreshSide()
  }

  #turnRendered = () => {
    this.#offerCopying()
    this.#showWhetherMore()
  }

  #clicked = (event) => {
    const pressed = event.target.closest(
      "[data-stop], [data-to-newest], [data-copy], [data-show-team], [data-evidence], a.citation",
    )
    if (!pressed) return
    if (pressed.matches("[data-stop]")) this.#stop()
    else if (pressed.matches("[data-to-newest]")) this.#toNewest()
    else if (pressed.matches("[data-copy]")) copy(pressed)
    else if (pressed.matches("[data-show-team]")) this.#tell("team-wanted", pressed.closest("chat-turn"))
    else this.#openSource(event, pressed)
  }

  /** A suggested question, a follow-up, one reading of an unclear question, or another try. */
  #submitted = (event) => {
    const { question, retry } = event.submitter?.dataset ?? {}
    if (retry !== undefined) {
      event.preventDefault()
      this.retry(event.target.closest("chat-turn"), retry)
      return
    }
    if (question === undefined) return
    event.preventDefault()
    this.#ask(question)
  }

  #openSource(event, pressed) {
    const turn = pressed.closest("chat-turn")
    const number = pressed.dataset.citation ?? pressed.closest("[data-source]")?.dataset.source
    const source = turn.querySelector(`[data-source="${CSS.escape(number)}"]`)
    if (!source || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    this.#tell("source-wanted", {
      source,
      number,
      only: pressed.matches("[data-evidence]") ? pressed.href : null,
      pressed,
    })
  }

  async #stop() {
    const [turn] = this.#underWay
    if (!turn?.run) return
    const button = this.querySelector("[data-stop]")
    button.disabled = true
    const reply = await post(`/api/runs/${turn.run}/cancel`, {})
    if (reply.error) this.#composer.giveBack("", reply.error.message)
    button.disabled = false
  }

  #refresh() {
    const busy = this.#underWay.length > 0
    this.classList.toggle("busy", busy)
    this.querySelector("[data-stop]").hidden = !this.#underWay.some(({ run }) => run)
    this.querySelector("[data-send]").disabled = this.#sending !== null
    const connection = this.querySelector("[data-connection]")
    const words = this.#connection === "connected" && this.#answered && !busy ? "Done" : CONNECTION[this.#connection]
    connection.hidden = !words
    connection.dataset.state = words === "Done" ? "ended" : this.#connection
    if (words && connection.textContent !== words) connection.textContent = words
    this.#tell("busy-changed", busy)
  }

  // The list and the account menu change with the first question: it may have made a guest of a visitor.
  async #refreshSide() {
    try {
      const response = await fetch(`${this.dataset.side}?current=${this.dataset.conversation}`, { cache: "no-store" })
      if (!response.ok) return
      const page = new DOMParser().parseFromString(await response.text(), "text/html")
      for (const part of ["[data-conversations]", "[data-account]"]) {
        const shown = document.querySelector(part)
        if (!shown.contains(document.activeElement))
          shown.replaceChildren(...document.adoptNode(page.querySelector(part)).childNodes)
      }
      const token = document.querySelector("[data-account] [name=csrfmiddlewaretoken]")?.value
      if (token) for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token
    } catch {
      // The list is as it was; the next question or page brings it up to date.
    }
  }

  #offerCopying() {
    if (navigator.clipboard) for (const button of this.querySelectorAll("[data-copy][hidden]")) button.hidden = false
  }

  #toNewest() {
    const answer = this.newest.querySelector("[data-answer]").getBoundingClientRect()
    this.#scroller.scrollBy({
      top: answer.bottom - this.#scroller.getBoundingClientRect().bottom + MARGIN,
      behavior: gently(),
    })
  }

  /** Bring a turn's question to the top; from there the answer is read while it grows, and nothing moves. */
  #scrollTo(turn, behavior) {
    if (!turn) return
    const top = turn.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top
    this.#scroller.scrollBy({ top: top - MARGIN, behavior })
  }

  #showWhetherMore = () => {
    const end = this.newest?.querySelector("[data-answer]")?.getBoundingClientRect().bottom ?? 0
    this.querySelector("[data-to-newest]").hidden = end <= this.#scroller.getBoundingClientRect().bottom + 8
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }))
  }
}

function gently() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
}

/** Where the feed is to begin: at the first run under way, or else after the last that has ended. */
function cursor(turns) {
  const first = turns.find((turn) => turn.underWay)
  if (first) return `${first.run}:0`
  const last = turns.at(-1)
  return last ? `${last.run}:${last.dataset.last}` : ""
}

async function post(address, body, { key = null, unreachable = UNREACHABLE } = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" }
  if (key) headers["Idempotency-Key"] = key
  try {
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) })
    return await response.json()
  } catch {
    return { error: { code: "unreachable", message: unreachable } }
  }
}

async function copy(button) {
  const label = button.querySelector("[data-copy-label]")
  const text = button.closest("[data-answer]").querySelector("[data-text]")
  text.classList.add("copied")
  const words = text.innerText
  text.classList.remove("copied")
  await navigator.clipboard.writeText(words)
  label.textContent = "Copied"
  setTimeout(() => (label.textContent = "Copy"), 2_000)
}

customElements.define("chat-talk", ChatTalk)
