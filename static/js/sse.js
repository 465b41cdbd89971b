// Asks one question over EventSource and reports what happens: `GET /api/chat/stream?message=`.
//
// The page itself uses conversation-feed.js; this is for whoever builds another client.

import { randomKey } from "./random-key.js"

const ATTEMPTS = 3
const RETRY_MILLISECONDS = 3_000

export class SSEService {
  #url
  #EventSource
  #source = null
  #timer = null
  #attempts = 0
  #cursor = ""
  #seen = 0

  constructor({ url = "/api/chat/stream", EventSource: Source = globalThis.EventSource } = {}) {
    this.#url = url
    this.#EventSource = Source
  }

  /**
   * Ask `message`. Handlers, all optional: `onConnect()`, `onMessage(data)` for each thing that happens, once each and
   * in order, `onComplete(data)` with how it ended, `onError(sentence)` when the run failed or the server stayed away.
   */
  connect(message, handlers = {}) {
    this.disconnect()
    this.#attempts = 0
    this.#cursor = ""
    this.#seen = 0
    // The key makes the question be asked once, also where the connection is cut before its first byte.
    this.#open(new URLSearchParams({ message, key: randomKey() }), handlers)
  }

  disconnect() {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #open(query, handlers) {
    if (this.#cursor) query.set("after", this.#cursor)
    const source = new this.#EventSource(`${this.#url}?${query}`)
    this.#source = source
    source.addEventListener("connected", (event) => {
      this.#attempts = 0
      this.#cursor ||= event.lastEventId
      handlers.onConnect?.()
    })
    source.addEventListener("message", (event) => {
      const data = JSON.parse(event.data)
      if (this.#isNew(event, data)) handlers.onMessage?.(data)
    })
    source.addEventListener("done", (event) => {
      this.disconnect()
      handlers.onComplete?.(JSON.parse(event.data))
    })
    source.addEventListener("error", (event) => {
      // The server's own `error` has data; the browser's, about the connection, has none.
      if (event.data !== undefined) {
        const data = JSON.parse(event.data)
        if (this.#isNew(event, data)) handlers.onError?.(data.message)
      } else if (source.readyState === this.#EventSource.CLOSED) {
        this.#tryAgain(query, handlers)
      }
    })
  }

  // EventSource asks again by itself after a cut, but never after a refusal.
  #tryAgain(query, handlers) {
    this.disconnect()
    if (this.#attempts === ATTEMPTS) {
      handlers.onError?.("The server cannot be reached. Please try again later.")
      return
    }
    this.#attempts += 1
    this.#timer = setTimeout(() => this.#open(query, handlers), RETRY_MILLISECONDS * this.#attempts)
  }

  #isNew({ lastEventId }, data) {
    // The server does not know the cursor: everything is told again from the start.
    if (data.type === "restart" && data.reason === "unknown_cursor") {
      this.#seen = 0
      return true
    }
    const seq = Number(lastEventId.slice(lastEventId.lastIndexOf(":") + 1))
    if (seq <= this.#seen) return false
    this.#seen = seq
    this.#cursor = lastEventId
    return true
  }
}
