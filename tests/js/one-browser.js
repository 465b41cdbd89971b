// A browser's locks and channels as its pages share them, and a server's conversation as they watch it.

/** Everything that is due now has happened once promises had some turns. */
export const settle = async () => {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve()
}

/** Web Locks: https://w3c.github.io/web-locks/ */
export class Locks {
  #held = new Map()
  #pending = []

  request(name, { signal, steal }, callback) {
    return new Promise((resolve, reject) => {
      const request = { name, callback, resolve, reject }
      const waits = this.#held.has(name) || this.#pending.some((other) => other.name === name)
      if (steal) {
        this.#held.get(name)?.reject(new DOMException("stolen", "AbortError"))
        this.#grant(request)
      } else if (waits) {
        this.#pending.push(request)
        signal?.addEventListener("abort", () => {
          if (!this.#pending.includes(request)) return
          this.#pending.splice(this.#pending.indexOf(request), 1)
          reject(new DOMException("aborted", "AbortError"))
        })
      } else this.#grant(request)
    })
  }

  async query() {
    return { held: [...this.#held.values()].map(({ name }) => ({ name })), pending: this.#pending.map(({ name }) => ({ name })) }
  }

  async #grant(request) {
    this.#held.set(request.name, request)
    await Promise.resolve()
    const result = await request.callback({ name: request.name })
    if (this.#held.get(request.name) !== request) return
    this.#held.delete(request.name)
    const next = this.#pending.findIndex(({ name }) => name === request.name)
    if (next >= 0) this.#grant(this.#pending.splice(next, 1)[0])
    request.resolve(result)
  }
}

/** Makes channels; what one says the others hear a little later. */
export function channels() {
  const open = new Set()
  return (name) => {
    const channel = Object.assign(new EventTarget(), {
      name,
      close: () => open.delete(channel),
      postMessage(data) {
        for (const other of [...open])
          if (other !== channel && other.name === name)
            Promise.resolve().then(() => open.has(other) && other.dispatchEvent(new MessageEvent("message", { data })))
      },
    })
    open.add(channel)
    return channel
  }
}

export class Page extends EventTarget {
  visibilityState = "visible"

  become(state) {
    this.visibilityState = state
    this.dispatchEvent(new Event("visibilitychange"))
  }
}

/** A conversation on the server: its events in order, and the feeds that are open. */
export class Conversation {
  events = []
  open = new Set()
  refuses = false
  most = 0

  happens(run, seq) {
    const event = { name: "message", run, seq, data: {} }
    this.events.push(event)
    for (const feed of [...this.open]) Promise.resolve().then(() => this.open.has(feed) && feed.onEvent(event))
  }

  feedOf = ({ after, onEvent, onState }) => {
    const feed = {
      onEvent,
      open: () => {
        if (this.refuses) return onState("refused", "Please sign in first.")
        this.open.add(feed)
        this.most = Math.max(this.most, this.open.size)
        onState("connecting")
        const known = this.events.slice(this.events.findIndex(({ run, seq }) => `${run}:${seq}` === after) + 1)
        Promise.resolve().then(() => {
          if (!this.open.has(feed)) return
          onState("connected")
          for (const event of known) if (this.open.has(feed)) onEvent(event)
        })
      },
      close: () => this.open.delete(feed),
    }
    return feed
  }
}
