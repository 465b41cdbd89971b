// <chat-talk>: the conversation in the middle of the page. Sends questions, watches the feed, stops runs.

import { Announcer } from "./announcer.js"
import { ChatTurn } from "./chat-turn.js"
import { Composer } from "./composer.js"
import { element } from "./element.js"
import { Outbox } from "./outbox.js"
import { watch } from "./shared-feed.js"
import { _, spelled } from "./words.js"

const CONNECTION = {
  connecting: _("Connecting"),
  connected: _("Connected"),
  waiting: _("The server cannot store anything right now; the answer goes on by itself"),
  reconnecting: _("Reconnecting"),
  offline: _("Offline; goes on by itself once you are back"),
  ended: _("Done"),
}
const SENTENCE_END = /[.!?:\n]/
const MARGIN = 20
const UNREACHABLE = _("The server could not be reached. Please try again.")
const RESEND_MILLISECONDS = 3_000
const LONGEST_RESEND_MILLISECONDS = 30_000
const URGENT_CHANNEL = "healthchat-urgent"
const SIDE = ["[data-conversations]", "[data-account]", "[data-urgent]", "[data-head]"]

class ChatTalk extends HTMLElement {
  #turns
  #composer
  #announcer
  #feed = null
  #outbox
  #sending = null
  #resending = null
  #resends = 0
  #urgent = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(URGENT_CHANNEL)
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
    this.#outbox = new Outbox(this.dataset.conversation)
    this.#urgent?.addEventListener("message", () => this.#refreshSide())
    addEventListener("online", this.#resend)
    document.addEventListener("visibilitychange", this.#shown)
    if (this.dataset.conversation) this.#watch(cursor(this.#all))
    this.#scrollTo(wanted() ?? this.newest, "instant")
    wanted()?.querySelector(".versions a")?.focus({ preventScroll: true })
    this.#offerCopying()
    this.#refresh()
    for (const { key, body } of this.#outbox.all) this.#showUnsent(body.message, key)
    if (this.#outbox.all.length > 0) this.#resend()
    if (!wanted() && matchMedia("(pointer: fine)").matches) this.#composer.focus()
  }

  disconnectedCallback() {
    this.#feed?.close()
    this.#urgent?.close()
    clearTimeout(this.#resending)
    removeEventListener("online", this.#resend)
    document.removeEventListener("visibilitychange", this.#shown)
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

  /** Ask a question; with `replaces`, instead of an earlier wording of it. */
  async #ask(question, { replaces = null } = {}) {
    if (this.#sending) return
    const { key } = this.#outbox.put(this.#request(question, replaces))
    const turn = this.#showUnsent(question, key)
    this.#composer.clear()
    this.#scrollTo(turn, gently())
    await this.#sendAll()
  }

  #showUnsent(question, key) {
    const turn = ChatTurn.pending(question)
    turn.dataset.key = key
    this.querySelector("[data-welcome]")?.setAttribute("hidden", "")
    for (const suggestions of this.querySelectorAll("[data-follow-ups]")) suggestions.hidden = true
    for (const earlier of this.querySelectorAll(".turn.fresh")) earlier.classList.remove("fresh")
    this.#turns.append(turn)
    return turn
  }

  /** Send what waits, in order, as far as the server can be reached. */
  async #sendAll() {
    if (this.#sending) return
    this.#sending = this.#sendWaiting()
    this.#refresh()
    try {
      await this.#sending
    } finally {
      this.#sending = null
      this.#refresh()
    }
  }

  async #sendWaiting() {
    for (const { key } of this.#outbox.all) {
      // The first of a new conversation has told the others where they belong.
      const waiting = this.#outbox.all.find((kept) => kept.key === key)
      if (waiting && !(await this.#send(waiting))) return this.#tryLater()
    }
    this.#resends = 0
  }

  /** Send one question; say whether the server has answered. */
  async #send({ key, body }) {
    const turn = this.#turns.querySelector(`[data-key="${CSS.escape(key)}"]`)
    const reply = await post(this.dataset.ask, body, { key })
    if (reply.error?.code === "unreachable") {
      turn?.unsent(() => this.#takeBack(key))
      return false
    }
    this.#outbox.remove(key)
    if (reply.error) {
      turn?.remove()
      if (this.#all.length === 0) this.querySelector("[data-welcome]")?.removeAttribute("hidden")
      this.#composer.giveBack(body.message, reply.error.message)
      return true
    }
    const { run, conversation, triage } = reply
    turn?.accepted({ run, triage, address: `${this.dataset.address}c/${conversation}/runs/${run}/` })
    if (!this.dataset.conversation) this.#begin(conversation, run)
    this.#hide(body.replaces, true)
    // What was hidden above it has moved it.
    if (body.replaces) this.#scrollTo(turn, "instant")
    this.#announcer.say(triage ? "" : _("Your question was sent."))
    if (turn) this.#tell("turn-asked", turn)
    if (triage) this.#urgent?.postMessage("asked")
    this.#refreshSide()
    return true
  }

  #takeBack(key) {
    const kept = this.#outbox.all.find((waiting) => waiting.key === key)
    this.#outbox.remove(key)
    this.#turns.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove()
    if (this.#all.length === 0) this.querySelector("[data-welcome]")?.removeAttribute("hidden")
    if (kept) this.#composer.giveBack(kept.body.message, "")
  }

  #tryLater() {
    this.#announcer.say(_("Your question is kept here and goes out once the server can be reached."))
    clearTimeout(this.#resending)
    const wait = Math.min(LONGEST_RESEND_MILLISECONDS, RESEND_MILLISECONDS * 2 ** this.#resends++)
    this.#resending = setTimeout(this.#resend, wait)
  }

  #resend = () => {
    clearTimeout(this.#resending)
    if (this.#outbox.all.length > 0) this.#sendAll()
  }

  // What came up in another tab while this one was hidden.
  #shown = () => {
    if (document.visibilityState === "visible" && this.querySelector("[data-urgent-run]")) this.#refreshSide()
  }

  /** Have a run's question answered again, one specialist of it or another model asked; both answers are kept. */
  async retry(turn, whom = {}) {
    if (this.#sending || !turn.canBeRetried) return
    this.#sending = this.#sendRetry(turn, whom)
    this.#refresh()
    try {
      await this.#sending
    } finally {
      this.#sending = null
      this.#refresh()
    }
  }

  async #sendRetry(turn, whom) {
    const reply = await post(`/api/runs/${turn.run}/retry`, whom, { unreachable: UNREACHABLE })
    if (reply.error) {
      this.#composer.giveBack("", reply.error.message)
      return
    }
    // Where this fails, the feed's first event of the run brings the turn in.
    const shown = await this.#fetchTurn(reply.run)
    if (!shown) return
    this.#append(shown)
    this.#scrollTo(shown, gently())
    this.#announcer.say(_("The question is being answered again."))
  }

  #append(turn) {
    this.querySelector("[data-welcome]")?.setAttribute("hidden", "")
    this.#turns.append(turn)
    this.#hide(turn.retryOf, true)
    this.#tell("turn-asked", turn)
    this.#refreshSide()
  }

  /** A newer version stands in its place, or came to nothing. */
  #hide(run, hidden) {
    const turn = this.#all.find((earlier) => run && earlier.run === run)
    if (turn) turn.hidden = hidden
  }

  #request(question, replaces) {
    const { conversation } = this.dataset
    if (replaces) return { message: question, conversation, replaces }
    if (conversation) return { message: question, conversation }
    return { message: question, ...this.#composer.beginning }
  }

  /** The first question has made a conversation: from here on this page is its page. */
  #begin(conversation, run) {
    this.dataset.conversation = conversation
    history.replaceState(null, "", `${this.dataset.address}c/${conversation}/`)
    this.#composer.movedTo(conversation)
    this.#outbox.movedTo(conversation)
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
    // The server knows less than this page shows, as after a restored backup: runs may have gone, or answer anew. What is
    // not sent yet and what is being written lie in the tab's storage.
    if (event.run === null) return location.reload()
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
    if (state === "offline") this.#announcer.say(_("You are offline. The answer goes on once you are back."))
    if (state === "refused") {
      const shown = element(
        "div",
        { class: "notice error", role: "alert" },
        detail,
        " ",
        element("a", { href: this.dataset.address }, _("Go to the start")),
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
      this.#announcer.say(_("Asked %(names)s.", { names: data.tasks.map(({ specialist }) => spelled(specialist)).join(", ") }))
    }
    this.#showWhetherMore()
    this.#refresh()
  }

  #turnEnded = ({ target, detail: { status } }) => {
    this.#answered = true
    this.#announcer.finish(target.text)
    this.#announcer.say(
      {
        complete: _("The answer is complete."),
        cancelled: _("The answer was stopped."),
        failed: _("The question could not be answered."),
      }[status],
    )
    // An earlier answer shows again where the attempt at another came to nothing.
    if (status !== "complete") this.#hide(target.retryOf, false)
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

  /** A suggested question, a follow-up, one reading of an unclear question, another wording, or another try. */
  #submitted = (event) => {
    const { question, retry, reword } = event.submitter?.dataset ?? {}
    const form = event.target
    if (form.matches("[data-feedback], [data-acknowledge]")) {
      event.preventDefault()
      this.#sendForm(form, event.submitter)
      return
    }
    if (form.matches("[data-take-back]")) {
      event.preventDefault()
      this.#cancel(form.closest("chat-turn"))
      return
    }
    if (reword !== undefined) {
      event.preventDefault()
      const { message, replaces } = Object.fromEntries(new FormData(form))
      if (message.trim()) this.#ask(message.trim(), { replaces })
      return
    }
    if (retry !== undefined) {
      event.preventDefault()
      const { csrfmiddlewaretoken, ...whom } = Object.fromEntries(new FormData(form))
      this.retry(form.closest("chat-turn"), whom)
      return
    }
    if (question === undefined) return
    event.preventDefault()
    this.#ask(question)
  }

  async #sendForm(form, submitter) {
    const turn = form.closest("chat-turn")
    try {
      const response = await fetch(form.action, { method: "POST", body: new FormData(form, submitter) })
      if (!response.ok) throw new Error("it was not taken")
    } catch {
      this.#composer.giveBack("", UNREACHABLE)
      return
    }
    if (form.matches("[data-acknowledge]")) {
      this.#urgent?.postMessage("acknowledged")
      await this.#refreshSide()
      this.#composer.focus()
      return
    }
    const { value } = submitter
    await turn.refresh()
    this.#announcer.say(_("Thank you. It was saved."))
    const next = turn.querySelector(".note-form input") ?? turn.querySelector(`[data-feedback] [value="${value}"]`)
    next?.focus()
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
    const button = this.querySelector("[data-stop]")
    button.disabled = true
    await this.#cancel(this.#underWay[0])
    button.disabled = false
  }

  async #cancel(turn) {
    if (!turn?.run) return
    const reply = await post(`/api/runs/${turn.run}/cancel`, {})
    if (reply.error) this.#composer.giveBack("", reply.error.message)
  }

  #refresh() {
    const busy = this.#underWay.length > 0
    this.classList.toggle("busy", busy)
    this.querySelector("[data-stop]").hidden = !this.#underWay.some(({ run }) => run)
    this.querySelector("[data-send]").disabled = this.#sending !== null
    const connection = this.querySelector("[data-connection]")
    const words = this.#connection === "connected" && this.#answered && !busy ? CONNECTION.ended : CONNECTION[this.#connection]
    connection.hidden = !words
    connection.dataset.state = words === CONNECTION.ended ? "ended" : this.#connection
    if (words && connection.textContent !== words) connection.textContent = words
    this.#tell("busy-changed", busy)
  }

  // The list, the account menu and the head change with the first question: it may have made a guest of a visitor.
  async #refreshSide() {
    try {
      const response = await fetch(`${this.dataset.side}?current=${this.dataset.conversation}`, { cache: "no-store" })
      if (!response.ok) return
      const page = new DOMParser().parseFromString(await response.text(), "text/html")
      for (const part of SIDE) {
        const shown = document.querySelector(part)
        if (part === "[data-head]" && shown.childElementCount > 0) continue
        if (part === "[data-urgent]" && shown.innerHTML.trim() === page.querySelector(part).innerHTML.trim()) continue
        if (part === "[data-urgent]" || !shown.contains(document.activeElement))
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
  return last ? (last.dataset.cursor ?? `${last.run}:${last.dataset.last}`) : ""
}

/** The turn that the address names, such as another version of a question. */
function wanted() {
  return document.getElementById(location.hash.slice(1))?.closest("chat-turn") ?? null
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
  label.textContent = _("Copied")
  setTimeout(() => (label.textContent = _("Copy")), 2_000)
}

customElements.define("chat-talk", ChatTalk)
