// Watches a conversation and never loses an event: what the page uses.
//
// It reads a fetch body and not an EventSource, on purpose. A phone kills sockets without a word and EventSource then
// stays "open" for good; the server's heartbeats are comments, which only a reader of the bytes can see, so only that
// reader can tell a quiet feed from a dead one. It also sees status codes (signed out, too many requests, nothing
// left) and can name its cursor on the first connect.

import { EventStreamParser } from "./event-stream-parser.js"
import { _ } from "./words.js"

/** Two heartbeats of 15 s and some slack: longer silence means that the connection is dead. */
export const SILENCE_MILLISECONDS = 35_000
const RETRY_MILLISECONDS = 1_000
const LONGEST_WAIT_MILLISECONDS = 30_000
/** A server that starts again is back within seconds: so often it is asked at the same pace, then ever less. */
const QUICK_ATTEMPTS = 4
/** What asking again will not change. */
const FINAL_STATUSES = new Set([400, 401, 403, 404, 410])

/**
 * `onState` is told one of: connecting, connected, waiting (the server can store nothing for now, so nothing goes on),
 * reconnecting, offline, ended, refused (with the server's sentence).
 * `onEvent` is given `{name, run, seq, data}`, each once and in order within its run, however often the feed is cut.
 */
export class ConversationFeed {
  #url
  #onEvent
  #onState
  #page
  #window
  #fetch
  #cursor
  #seen = new Map()
  #controller = null
  #timer = null
  #state = ""
  #attempts = 0
  #retry = RETRY_MILLISECONDS
  #opened = false

  constructor(
    url,
    {
      after = "",
      onEvent,
      onState = () => {},
      page = document,
      window: view = window,
      fetch: get = fetch.bind(globalThis),
    },
  ) {
    this.#url = url
    this.#onEvent = onEvent
    this.#onState = onState
    this.#page = page
    this.#window = view
    this.#fetch = get
    this.#cursor = after
    const [run, seq] = split(after)
    if (run) this.#seen.set(run, seq)
  }

  open() {
    if (this.#opened) return
    this.#opened = true
    this.#page.addEventListener("visibilitychange", this.#visibilityChanged)
    this.#window.addEventListener("pageshow", this.#visibilityChanged)
    this.#window.addEventListener("pagehide", this.#pause)
    this.#window.addEventListener("online", this.#reconnectNow)
    this.#window.addEventListener("offline", this.#wentOffline)
    if (this.#page.visibilityState !== "hidden") this.#connect()
  }

  close() {
    this.#opened = false
    this.#pause()
    this.#page.removeEventListener("visibilitychange", this.#visibilityChanged)
    this.#window.removeEventListener("pageshow", this.#visibilityChanged)
    this.#window.removeEventListener("pagehide", this.#pause)
    this.#window.removeEventListener("online", this.#reconnectNow)
    this.#window.removeEventListener("offline", this.#wentOffline)
  }

  // A browser gives an origin six connections over HTTP/1.1, for all tabs together: a hidden page gives its own back.
  #visibilityChanged = () => {
    if (this.#page.visibilityState === "hidden") this.#pause()
    else if (!this.#controller) this.#reconnectNow()
  }

  #pause = () => {
    clearTimeout(this.#timer)
    this.#controller?.abort()
    this.#controller = null
  }

  #reconnectNow = () => {
    if (!this.#opened || this.#state === "ended" || this.#state === "refused") return
    if (this.#page.visibilityState === "hidden") return
    this.#pause()
    this.#attempts = 0
    this.#connect()
  }

  #wentOffline = () => {
    this.#pause()
    this.#tell("offline")
  }

  async #connect() {
    const controller = new AbortController()
    this.#controller = controller
    this.#tell(this.#state === "" ? "connecting" : "reconnecting")
    let wait = null
    try {
      wait = await this.#read(controller)
    } catch {
      // Cut, refused by the network, silent for too long or not an event stream: all are answered by asking again.
    }
    if (this.#controller !== controller) return
    clearTimeout(this.#timer)
    this.#controller = null
    if (this.#state === "ended" || this.#state === "refused") return
    this.#tell(this.#window.navigator?.onLine === false ? "offline" : "reconnecting")
    this.#timer = setTimeout(() => this.#connect(), wait ?? this.#backoff())
  }

  /** Read one connection to its end; return how long the server wants to be left alone, or null. */
  async #read(controller) {
    this.#listenForSilence(controller)
    const response = await this.#fetch(this.#address(), {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      credentials: "same-origin",
      signal: controller.signal,
    })
    if (response.status === 204) return this.#tell("ended")
    if (FINAL_STATUSES.has(response.status)) return this.#tell("refused", await sentence(response))
    if (!response.ok) return seconds(response.headers.get("Retry-After"))
    const reader = response.body.getReader()
    const parser = new EventStreamParser()
    for (;;) {
      const { done, value } = await reader.read()
      if (this.#controller !== controller || done) return done ? parser.retry : null
      this.#listenForSilence(controller)
      for (const event of parser.feed(value)) this.#take(event)
      if (parser.retry !== null) this.#retry = parser.retry
    }
  }

  #listenForSilence(controller) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => controller.abort(), SILENCE_MILLISECONDS)
  }

  #take({ event: name, data: text, id }) {
    const data = JSON.parse(text)
    this.#attempts = 0
    if (name === "connected") {
      if (id) this.#cursor = id
      this.#tell(data.status === "waiting" ? "waiting" : "connected")
      return
    }
    if (this.#state === "waiting") this.#tell("connected")
    const [run, seq] = split(id)
    if (data.type === "restart" && data.reason === "unknown_cursor") {
      this.#seen.clear()
      this.#onEvent({ name, run: null, seq: 0, data })
      return
    }
    if (seq <= (this.#seen.get(run) ?? 0)) return
    this.#seen.set(run, seq)
    this.#cursor = id
    this.#onEvent({ name, run, seq, data })
  }

  #address() {
    return this.#cursor ? `${this.#url}?after=${encodeURIComponent(this.#cursor)}` : this.#url
  }

  #backoff() {
    const longest = Math.min(LONGEST_WAIT_MILLISECONDS, this.#retry * 2 ** Math.max(0, this.#attempts++ - QUICK_ATTEMPTS))
    return longest * (0.5 + Math.random() / 2)
  }

  #tell(state, detail = "") {
    if (state === this.#state && !detail) return null
    this.#state = state
    this.#onState(state, detail)
    return null
  }
}

function split(cursor) {
  const colon = cursor.lastIndexOf(":")
  return colon === -1 ? ["", 0] : [cursor.slice(0, colon), Number(cursor.slice(colon + 1))]
}

function seconds(header) {
  const value = Number(header)
  return header && value >= 0 ? value * 1_000 : null
}

async function sentence(response) {
  try {
    return (await response.json()).error.message
  } catch {
    return _("This conversation cannot be opened.")
  }
}
