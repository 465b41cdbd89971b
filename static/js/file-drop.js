// Sends files in pieces, so that large ones get through and a cut costs one piece; the form does it without this.

import { carriesFiles } from "./dragged.js"
import { _ } from "./words.js"

const TRIES = 6
const PAUSE_MILLISECONDS = 800
const DRAGGING = ["dragenter", "dragover", "dragleave", "drop"]

class FileDrop extends HTMLElement {
  #form
  #list

  connectedCallback() {
    this.#form = this.querySelector("[data-form]")
    this.#list = this.querySelector("[data-sending]")
    const input = this.#form.querySelector("input[type=file]")
    input.multiple = true
    this.querySelector("[data-drop-hint]").hidden = false
    this.#form.querySelector("[data-send]").hidden = true
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#sendAll([...input.files])
    })
    input.addEventListener("change", () => {
      this.#sendAll([...input.files])
      input.value = ""
    })
    // Anywhere on the page: a browser opens what is dropped beside the form in the page's place.
    for (const name of DRAGGING) document.addEventListener(name, this.#dragged)
  }

  disconnectedCallback() {
    for (const name of DRAGGING) document.removeEventListener(name, this.#dragged)
  }

  #dragged = (event) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    this.#form.classList.toggle("over", event.type === "dragenter" || event.type === "dragover")
    if (event.type === "drop") this.#sendAll([...event.dataTransfer.files])
  }

  async #sendAll(files) {
    const pages = []
    for (const file of files) pages.push(await this.#send(file))
    const only = pages.length === 1 && this.#list.childElementCount === 1 ? pages[0] : null
    if (only) location.assign(only)
  }

  /** The page of the upload, or null where it failed. */
  async #send(file) {
    const line = new Line(file.name)
    this.#list.append(line.root)
    const begun = await this.#post(this.dataset.begin, JSON.stringify({ name: file.name, size: file.size }), "application/json")
    if (begun === null) return line.fail(_("The server could not be reached. Please try again."))
    if (begun.refused) return line.fail(begun.refused)
    let { received } = begun
    while (received < file.size) {
      line.tell(received / file.size)
      const piece = file.slice(received, received + Number(this.dataset.piece))
      const state = await this.#post(`${begun.pieces}?at=${received}`, piece, "application/octet-stream")
      if (state === null) return line.fail(_("The connection was lost. Please send this file again."))
      if (state.state !== "receiving") break
      ;({ received } = state)
    }
    line.done(begun.page)
    return begun.page
  }

  async #post(address, body, type) {
    const token = this.#form.querySelector("[name=csrfmiddlewaretoken]").value
    for (let tried = 0; tried < TRIES; tried += 1) {
      try {
        const response = await fetch(address, {
          method: "POST",
          body,
          headers: { "Content-Type": type, "X-CSRFToken": token, Accept: "application/json" },
        })
        if (response.headers.get("Content-Type")?.startsWith("application/json")) return await response.json()
        if (response.status < 500) return null
      } catch {
        // Tried again below: the phone may have changed its network.
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS * 2 ** tried))
    }
    return null
  }
}

/** One file that is being sent. */
class Line {
  constructor(name) {
    this.root = document.createElement("li")
    this.root.className = "card"
    this.name = document.createElement("p")
    this.name.textContent = name
    this.bar = document.createElement("progress")
    this.bar.max = 1
    this.bar.value = 0
    this.bar.setAttribute("aria-label", _("Sending %(name)s", { name }))
    this.root.append(this.name, this.bar)
  }

  tell(share) {
    this.bar.value = share
  }

  done(page) {
    this.bar.remove()
    const link = document.createElement("a")
    link.href = page
    link.textContent = _("See how it goes on")
    this.root.append(link)
  }

  fail(why) {
    this.bar.remove()
    const said = document.createElement("p")
    said.className = "notice error"
    said.textContent = why
    this.root.append(said)
    return null
  }
}

customElements.define("file-drop", FileDrop)
