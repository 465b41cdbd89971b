// <source-panel>: the record rows behind a citation, beside the answer that cites them.

import { element, icon } from "./element.js"
import { _ } from "./words.js"

const MOST_ROWS = 6

class SourcePanel extends HTMLElement {
  #pressed = null

  connectedCallback() {
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.close())
  }

  /** Show what stands behind marker `number`; `pressed` gets the focus back. */
  async show({ source, number, only, pressed }) {
    this.#pressed = pressed
    const addresses = only ? [only] : [...source.querySelectorAll("[data-evidence]")].map(({ href }) => href)
    const rows = element("div", { class: "source-rows" })
    const cited = source.querySelector("[data-cited]")?.textContent ?? ""
    const close = element(
      "button",
      { type: "button", class: "button quiet small" },
      icon("close"),
      element("span", { class: "visually-hidden" }, _("Close")),
    )
    close.addEventListener("click", () => this.close())
    this.replaceChildren(
      element("header", { class: "panel-head" }, element("h2", { tabindex: "-1" }, _("Source %(number)s", { number })), close),
      element("p", { class: "source-label" }, source.querySelector("[data-label]").textContent),
      ...(cited ? [element("p", { class: "small muted" }, cited)] : []),
      rows,
    )
    this.hidden = false
    this.querySelector("h2").focus()
    const shown = await Promise.all(addresses.slice(0, MOST_ROWS).map(row))
    rows.replaceChildren(...shown)
    const left = addresses.length - MOST_ROWS
    if (left > 0) rows.append(element("p", { class: "small muted" }, _("%(count)s more in the list of sources.", { count: left })))
  }

  close() {
    this.hidden = true
    this.dispatchEvent(new CustomEvent("source-closed", { bubbles: true }))
    this.#pressed?.focus()
  }
}

async function row(address) {
  try {
    const response = await fetch(`${address}?partial=1`, { cache: "no-store" })
    if (!response.ok) throw new Error("no such record")
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    return element("div", { class: "source-row" }, ...document.adoptNode(page.body).childNodes)
  } catch {
    return element("p", { class: "notice" }, _("This record cannot be shown. It may have been deleted since."))
  }
}

customElements.define("source-panel", SourcePanel)
