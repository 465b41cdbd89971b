// <drop-hint>: where to take a file that somebody drags over a page. A browser would open it in the page's place.

import { carriesFiles } from "./dragged.js"

class DropHint extends HTMLElement {
  connectedCallback() {
    document.addEventListener("dragover", this.#dragged)
    document.addEventListener("drop", this.#dragged)
    document.addEventListener("pointerdown", this.#pressed)
  }

  disconnectedCallback() {
    document.removeEventListener("dragover", this.#dragged)
    document.removeEventListener("drop", this.#dragged)
    document.removeEventListener("pointerdown", this.#pressed)
  }

  #dragged = (event) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = "none"
    this.hidden = false
  }

  #pressed = ({ target }) => {
    if (!this.contains(target)) this.hidden = true
  }
}

customElements.define("drop-hint", DropHint)
