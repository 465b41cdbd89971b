// The sheet for a visit: a button for what the browser's menu does too.

const button = document.querySelector("[data-print]")
button.addEventListener("click", () => print())
button.hidden = false
