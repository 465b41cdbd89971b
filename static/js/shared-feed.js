// One feed for all tabs of a conversation: the same interface as ConversationFeed, with one connection per browser.
//
// Over HTTP/1.1 a browser gives an origin six connections for all its tabs. So among the visible tabs of a
// conversation one leads: it holds the conversation's lock, has the feed open and passes each event on to the others.
// When it closes, is hidden or is left, its lock goes to the next; when it freezes, the next takes it. Feeds of
// different conversations share a few slots (feed-slot.js). Where a browser has no Web Locks (it gives them to HTTPS
// and to localhost only) each visible tab has its own ConversationFeed, see `watch`.
//
// A page knows its own position, the last event that it was told. Run ids have no order, so positions are compared
// for being the same and, within a run, by number. Each event is passed on with the position before it, which makes a
// chain: a page takes the event if it continues the page's own position, drops it if it is told already, and else has
// missed something. A page that has missed something, or that joins elsewhere than where the leader is, reads the
// conversation's feed itself from its own position until it has caught up. So nothing depends on a message between
// tabs arriving: they save connections, the feed and its numbers keep the promise that nothing is lost or told twice.

import { ConversationFeed } from "./conversation-feed.js"
import { takeSlot } from "./feed-slot.js"
import { hold } from "./lock.js"

const SIGN_MILLISECONDS = 5_000
/** A leader that says nothing for three signs is frozen. */
export const LEADER_SILENCE_MILLISECONDS = 16_000

/** The feed of a conversation, shared with the other tabs where the browser can do that. */
export function watch(url, options) {
  const { locks } = navigator
  if (!locks || typeof BroadcastChannel === "undefined") return new ConversationFeed(url, options)
  return new SharedFeed(url, { locks, ...options })
}

export class SharedFeed {
  #url
  #onEvent
  #onState
  #page
  #window
  #locks
  #channelOf
  #feedOf
  #position
  #state = ""
  #channel = null
  #watching = null
  #leading = false
  /** Where the leader's feed is, as far as this page has heard. */
  #heard = null
  #catchingUp = null
  #silence = null
  #over = false

  constructor(
    url,
    {
      after = "",
      onEvent,
      onState = () => {},
      page = document,
      window: view = window,
      locks,
      channelOf = (name) => new BroadcastChannel(name),
      feedOf = (options) => new ConversationFeed(url, { page, window: view, ...options }),
    },
  ) {
    this.#url = url
    this.#position = after
    this.#onEvent = onEvent
    this.#onState = onState
    this.#page = page
    this.#window = view
    this.#locks = locks
    this.#channelOf = channelOf
    this.#feedOf = feedOf
  }

  open() {
    this.#page.addEventListener("visibilitychange", this.#visibilityChanged)
    this.#page.addEventListener("freeze", this.#leave)
    this.#page.addEventListener("resume", this.#visibilityChanged)
    this.#window.addEventListener("pagehide", this.#leave)
    this.#window.addEventListener("pageshow", this.#visibilityChanged)
    this.#visibilityChanged()
  }

  close() {
    this.#leave()
    this.#page.removeEventListener("visibilitychange", this.#visibilityChanged)
    this.#page.removeEventListener("freeze", this.#leave)
    this.#page.removeEventListener("resume", this.#visibilityChanged)
    this.#window.removeEventListener("pagehide", this.#leave)
    this.#window.removeEventListener("pageshow", this.#visibilityChanged)
  }

  #visibilityChanged = () => {
    if (this.#page.visibilityState === "hidden") this.#leave()
    else if (!this.#watching && !this.#over) this.#join()
  }

  // A hidden page neither leads nor listens: what it misses it reads when it is shown again.
  #leave = () => {
    this.#watching?.abort()
    this.#watching = null
    this.#catchingUp?.abort()
    this.#catchingUp = null
    this.#leading = false
    this.#heard = null
    clearTimeout(this.#silence)
    this.#channel?.close()
    this.#channel = null
  }

  #join({ steal = false } = {}) {
    const watching = new AbortController()
    this.#watching = watching
    this.#channel = this.#channelOf(`healthchat-feed:${this.#url}`)
    this.#channel.addEventListener("message", ({ data }) => {
      if (this.#watching === watching) this.#told(data)
    })
    this.#tell("connecting")
    this.#channel.postMessage({ kind: "joined" })
    this.#lead(watching, { steal })
    this.#listenForSilence()
  }

  #rejoin({ steal = false } = {}) {
    this.#leave()
    if (this.#page.visibilityState !== "hidden") this.#join({ steal })
  }

  async #lead(watching, { steal }) {
    const onLost = () => this.#watching === watching && this.#rejoin()
    const { signal } = watching
    const release = await hold(this.#locks, `healthchat-feed:${this.#url}`, { signal, steal, onLost })
    if (!release) return
    if (signal.aborted) return release()
    signal.addEventListener("abort", release)
    this.#leading = true
    this.#catchingUp?.abort()
    clearTimeout(this.#silence)
    this.#giveSign(watching)
    await this.#read(signal, {
      onEvent: (event) => this.#passOn(event),
      onState: (state, detail) => this.#feedSays(state, detail, { passOn: true }),
    })
  }

  /** Keep the feed open, from this page's position on, whenever a slot is to be had. */
  async #read(signal, listeners) {
    while (!signal.aborted) {
      const slot = await takeSlot(this.#locks, signal)
      if (signal.aborted) slot?.release()
      if (signal.aborted || !slot) return
      const feed = this.#feedOf({ after: this.#position, ...listeners })
      feed.open()
      await slot.over
      feed.close()
      slot.release()
    }
  }

  #giveSign(watching) {
    if (this.#watching !== watching || !this.#leading) return
    this.#channel.postMessage({ kind: "leading", at: this.#position, state: this.#state })
    setTimeout(() => this.#giveSign(watching), SIGN_MILLISECONDS)
  }

  #passOn(event) {
    if (!this.#leading) return
    this.#channel.postMessage({ kind: "event", from: this.#position, event })
    this.#take(event)
  }

  #told(message) {
    if (this.#leading) {
      if (message.kind === "joined") this.#answer()
      return
    }
    if (message.kind === "joined") return
    this.#listenForSilence()
    if (message.kind === "leading") {
      this.#heard = message.at
      if (message.state) this.#tell(message.state)
    } else {
      this.#heard = after(message.event)
      if (this.#continues(message)) this.#take(message.event)
      else if (this.#isTold(message.event)) return
    }
    this.#catchUp()
  }

  #answer() {
    this.#channel.postMessage({ kind: "leading", at: this.#position, state: this.#state })
  }

  #continues({ from, event: { run, seq } }) {
    const [ownRun, ownSeq] = split(this.#position)
    return run === null || from === this.#position || (run === ownRun && seq === ownSeq + 1)
  }

  #isTold({ run, seq }) {
    const [ownRun, ownSeq] = split(this.#position)
    return run === ownRun && seq <= ownSeq
  }

  /** Read the feed itself for as long as the leader is elsewhere. */
  #catchUp() {
    if (this.#heard === null || this.#heard === this.#position) {
      this.#catchingUp?.abort()
      this.#catchingUp = null
      return
    }
    if (this.#catchingUp) return
    const catching = new AbortController()
    this.#catchingUp = catching
    this.#read(catching.signal, {
      onEvent: (event) => {
        if (this.#catchingUp !== catching) return
        if (!this.#isTold(event)) this.#take(event)
        this.#catchUp()
      },
      onState: (state, detail) => this.#catchingUp === catching && this.#feedSays(state, detail),
    })
  }

  #take(event) {
    this.#position = after(event)
    this.#onEvent(event)
  }

  #feedSays(state, detail, { passOn = false } = {}) {
    if (state === "refused" || state === "ended") {
      // Each page hears that from the server itself: it may hold for this one only, since when it was opened.
      this.#over = true
      this.#leave()
    }
    this.#tell(state, detail)
    if (passOn && this.#channel) this.#answer()
  }

  // A feed that is opened for its turn, or by the next to lead, is no news to whoever reads.
  #tell(state, detail = "") {
    if (state === this.#state || (state === "connecting" && this.#state !== "")) return
    this.#state = state
    this.#onState(state, detail)
  }

  #listenForSilence() {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#rejoin({ steal: true }), LEADER_SILENCE_MILLISECONDS)
  }
}

/** The position after an event; an unknown cursor leaves none. */
function after({ run, seq }) {
  return run === null ? "" : `${run}:${seq}`
}

function split(cursor) {
  const colon = cursor.lastIndexOf(":")
  return colon === -1 ? ["", 0] : [cursor.slice(0, colon), Number(cursor.slice(colon + 1))]
}
