// Tells a screen reader what happens, in whole sentences: one token after the other cannot be listened to.

import { element } from "./element.js"

const SENTENCE_END = /[.!?:](?=\s|$)|\n/g
const KEPT = 30

export class Announcer {
  #log
  #said = 0

  /** `log` is the page's live region. */
  constructor(log) {
    this.#log = log
  }

  say(sentence) {
    this.#log.append(element("p", {}, sentence))
    while (this.#log.children.length > KEPT) this.#log.firstElementChild.remove()
  }

  /** Say what is new of a growing text, up to the end of its last whole sentence. */
  follow(text) {
    if (text.length < this.#said) this.#said = 0
    const whole = wholeSentences(text)
    if (whole <= this.#said) return
    const sentences = plain(text.slice(this.#said, whole))
    this.#said = whole
    if (sentences) this.say(sentences)
  }

  /** Say the rest of the text and begin anew with the next. */
  finish(text) {
    const rest = plain(text.slice(this.#said))
    this.#said = 0
    if (rest) this.say(rest)
  }
}

/** How much of the text is whole sentences. */
export function wholeSentences(text) {
  let end = 0
  // The last one may go on ("6." of "6.1"): it counts once something follows.
  for (const match of text.matchAll(SENTENCE_END)) if (match.index + 1 < text.length) end = match.index + 1
  return end
}

function plain(markdown) {
  return markdown
    .replace(/ ?\[\d{1,3}\]|[*#`_|]/g, "")
    .replace(/\s+/g, " ")
    .trim()
}
