// Questions that could not be sent yet: kept until the server has them, each sent under its own key, and so asked once
// however often it is tried and however often the page is reloaded meanwhile.
//
// They lie in the tab's own storage, like drafts: what people write here should not stay on a shared computer.

import { randomKey } from "./random-key.js"

export class Outbox {
  #storage
  #name

  /** `conversation` is "" for one that begins with its first question. */
  constructor(conversation, storage = sessionStorage) {
    this.#storage = storage
    this.#name = `outbox:${conversation || "new"}`
  }

  /** `{key, body}` each, in the order in which they were asked. */
  get all() {
    try {
      return JSON.parse(this.#storage.getItem(this.#name) ?? "[]")
    } catch {
      return []
    }
  }

  /** Keep what is to be sent; give it back with its key. */
  put(body) {
    const kept = { key: randomKey(), body }
    this.#store([...this.all, kept])
    return kept
  }

  remove(key) {
    this.#store(this.all.filter((kept) => kept.key !== key))
  }

  /** The first question has made a conversation: what waits belongs to it now. */
  movedTo(conversation) {
    const waiting = this.all.map(({ key, body }) => ({ key, body: { ...body, patient: undefined, model: undefined, conversation } }))
    this.#store([])
    this.#name = `outbox:${conversation}`
    this.#store([...this.all, ...waiting])
  }

  #store(waiting) {
    if (waiting.length > 0) this.#storage.setItem(this.#name, JSON.stringify(waiting))
    else this.#storage.removeItem(this.#name)
  }
}
