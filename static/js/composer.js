// The box that a question is written in.

const DRAFT = "draft"

export class Composer {
  #form
  #box
  #refusal
  #conversation

  /** `send(question)` is called with what is to be asked. */
  constructor(form, { conversation, send }) {
    this.#form = form
    this.#box = form.querySelector("textarea")
    this.#refusal = form.querySelector("[data-refusal]")
    this.#conversation = conversation
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      const question = this.#box.value.trim()
      if (question) send(question)
      else this.#box.focus()
    })
    this.#box.addEventListener("keydown", this.#keyPressed)
    this.#box.addEventListener("input", () => {
      this.#remember()
      this.#fit()
    })
    if (!this.#box.value) this.#box.value = sessionStorage.getItem(this.#key) ?? ""
    this.#fit()
  }

  /** What a new conversation begins with: `{patient, model}`, as far as the person has chosen. */
  get beginning() {
    const chosen = [...this.#form.querySelectorAll(".about-choice select")].map(({ name, value }) => [name, value])
    return Object.fromEntries(chosen.filter(([, value]) => value))
  }

  /** From now on drafts belong to this conversation. */
  movedTo(conversation) {
    this.#conversation = conversation
    for (const choice of this.#form.querySelectorAll(".about-choice")) choice.remove()
  }

  clear() {
    sessionStorage.removeItem(this.#key)
    this.#box.value = ""
    this.#refusal.hidden = true
    this.#fit()
  }

  /** Put a question back that could not be sent, and say why. */
  giveBack(question, reason) {
    if (!this.#box.value) this.#box.value = question
    this.#remember()
    this.#fit()
    this.#refusal.textContent = reason
    this.#refusal.hidden = !reason
    this.#box.focus()
  }

  focus() {
    this.#box.focus({ preventScroll: true })
  }

  #keyPressed = (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.#form.requestSubmit()
  }

  // For the tab's life only: what people write here should not stay on a shared computer.
  #remember() {
    if (this.#box.value) sessionStorage.setItem(this.#key, this.#box.value)
    else sessionStorage.removeItem(this.#key)
  }

  get #key() {
    return `${DRAFT}:${this.#conversation || "new"}`
  }

  #fit() {
    if (CSS.supports("field-sizing", "content")) return
    this.#box.style.blockSize = "auto"
    this.#box.style.blockSize = `${this.#box.scrollHeight}px`
  }
}
