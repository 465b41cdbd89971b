// Follows how far a file is read, and shows its report or its question when that is there.

import { _ } from "./words.js"

const LOOK_MILLISECONDS = 700
const WORKING = new Set(["reading", "storing"])

class UploadProgress extends HTMLElement {
  #timer

  connectedCallback() {
    this.#look()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
  }

  async #look() {
    try {
      const response = await fetch(this.dataset.state, { headers: { Accept: "application/json" } })
      const { state, percent, page } = await response.json()
      if (!WORKING.has(state)) return location.replace(page)
      this.#tell(state, percent)
    } catch {
      // The next look may get through.
    }
    this.#timer = setTimeout(() => this.#look(), LOOK_MILLISECONDS)
  }

  #tell(state, percent) {
    const said = state === "storing" ? _("Storing what was read …") : _("Reading: %(percent)s %", { percent })
    const line = this.querySelector("[data-said]")
    if (line.textContent !== said) line.textContent = said
    const bar = this.querySelector("[data-bar]")
    if (bar) bar.value = percent
  }
}

customElements.define("upload-progress", UploadProgress)
