// Shows an answer while it is written. The blocks look as the server's rendering will look, so that the final version
// takes their place without a jump; all text goes in with textContent.

import { element } from "./element.js"

const HEADING = /^#{1,6}\s+/
const BULLET = /^[-*+]\s+/
const NUMBER = /^\d+[.)]\s+/
const EMPHASIS = /\*\*([^*]+)\*\*|\[(\d{1,3})\]/g

export class StreamingText {
  #target
  #shown = []

  constructor(target) {
    this.#target = target
  }

  /** Show `markdown`, of which usually only the end is new: blocks that did not change are left alone. */
  show(markdown) {
    const blocks = markdown.split(/\n{2,}/).filter((block) => block.trim())
    let same = 0
    while (same < blocks.length && blocks[same] === this.#shown[same]) same += 1
    while (this.#target.children.length > same) this.#target.lastElementChild.remove()
    for (const block of blocks.slice(same)) this.#target.append(blockOf(block))
    this.#shown = blocks
  }
}

function blockOf(text) {
  const lines = text.split("\n").filter((line) => line.trim())
  if (HEADING.test(lines[0])) {
    return element(
      "div",
      {},
      element("h3", {}, ...inline(lines[0].replace(HEADING, ""))),
      ...(lines.length > 1 ? [blockOf(lines.slice(1).join("\n"))] : []),
    )
  }
  const marker = [BULLET, NUMBER].find((pattern) => pattern.test(lines[0]))
  if (!marker) return element("p", {}, ...inline(text))
  const items = []
  for (const line of lines) {
    if (marker.test(line) || items.length === 0) items.push(line.replace(marker, ""))
    else items.push(`${items.pop()} ${line.trim()}`)
  }
  return element(marker === BULLET ? "ul" : "ol", {}, ...items.map((item) => element("li", {}, ...inline(item))))
}

function inline(text) {
  const pieces = []
  let end = 0
  for (const match of text.matchAll(EMPHASIS)) {
    const before = text.slice(end, match.index)
    pieces.push(match[2] ? before.replace(/ $/, "\u00a0") : before)
    pieces.push(match[1] ? element("strong", {}, match[1]) : element("span", { class: "citation" }, match[2]))
    end = match.index + match[0].length
  }
  pieces.push(text.slice(end))
  return pieces.filter(Boolean)
}
