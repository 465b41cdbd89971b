// The WHATWG event stream, read incrementally from the bytes of a fetch body:
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
//
// EventSource hides heartbeats, status codes and headers; whoever needs those reads the body with this.

/** The longest event that is taken, in characters. */
export const MAX_EVENT_CHARACTERS = 8 * 1024 * 1024

const LINE_END = /[\r\n]/g
const DIGITS = /^[0-9]+$/

export class EventTooLong extends Error {
  constructor() {
    super("an event of the stream is longer than is taken")
    this.name = "EventTooLong"
  }
}

export class EventStreamParser {
  /** The reconnection time that the stream asked for last, in milliseconds, or null. */
  retry = null
  /** The id of the last event; what `Last-Event-ID` is to say. */
  lastEventId = ""

  // It keeps the byte order mark: Node 24's drops a second one too where a chunk ends inside the first.
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  #begun = false
  #line = []
  #data = []
  #event = ""
  #id = ""
  #size = 0
  #afterCarriageReturn = false

  /**
   * Take the next bytes and return the events that they complete, each `{event, data, id}`.
   * An event that the end of the stream cuts off is never returned, as the specification has it.
   */
  feed(bytes) {
    const events = []
    const text = this.#decoder.decode(bytes, { stream: true })
    let start = 0
    if (!this.#begun && text) {
      if (text[0] === "\ufeff") start = 1
      this.#begun = true
    }
    if (this.#afterCarriageReturn && text) {
      // CR LF is one line end, also where a chunk ends between the two.
      if (text[0] === "\n") start = 1
      this.#afterCarriageReturn = false
    }
    LINE_END.lastIndex = start
    for (let match; (match = LINE_END.exec(text));) {
      this.#take(text.slice(start, match.index))
      this.#endLine(events)
      start = match.index + 1
      if (match[0] === "\r") {
        if (start === text.length) this.#afterCarriageReturn = true
        else if (text[start] === "\n") start += 1
        LINE_END.lastIndex = start
      }
    }
    this.#take(text.slice(start))
    return events
  }

  // Pieces are joined once, at the end of their line: the time stays linear however the bytes are cut.
  #take(piece) {
    if (!piece) return
    this.#size += piece.length
    if (this.#size > MAX_EVENT_CHARACTERS) throw new EventTooLong()
    this.#line.push(piece)
  }

  #endLine(events) {
    const line = this.#line.length === 1 ? this.#line[0] : this.#line.join("")
    this.#line.length = 0
    if (line === "") return this.#dispatch(events)
    const colon = line.indexOf(":")
    if (colon === 0) {
      this.#size -= line.length
      return
    }
    if (colon === -1) return this.#field(line, "")
    this.#field(line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1))
  }

  #field(name, value) {
    if (name === "data") this.#data.push(value)
    else if (name === "event") this.#event = value
    else if (name === "id" && !value.includes("\0")) this.#id = value
    else if (name === "retry" && DIGITS.test(value)) this.retry = Number(value)
  }

  #dispatch(events) {
    const data = this.#data
    const event = this.#event || "message"
    this.lastEventId = this.#id
    this.#data = []
    this.#event = ""
    this.#size = 0
    // A single empty `data:` line is an event with no text; without any such line there is none.
    if (data.length > 0) events.push({ event, data: data.join("\n"), id: this.#id })
  }
}
