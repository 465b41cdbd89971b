// The chat page: brings its parts together.

import "./chat-turn.js"
import "./chat-talk.js"
import "./drop-hint.js"

const talk = document.querySelector("chat-talk")
const team = document.querySelector("team-panel")
const source = document.querySelector("source-panel")
const tabs = document.querySelector("[data-tabs]")
const FIND_MILLISECONDS = 250
const isOnePane = matchMedia("(max-width: 51.99rem)")

// A first visit has no use for these. With the first turn they come at once: what somebody presses offline is there.
function loadWhatIsBeside() {
  return Promise.all([import("./team-panel.js"), import("./source-panel.js"), import("./health-chart.js")])
}

async function showTeam(turn) {
  await loadWhatIsBeside()
  source.hidden = true
  team.hidden = false
  team.show(turn)
}

function markTeam(busy) {
  tabs.querySelector("[data-team-mark]").hidden = !busy
}

function markTab() {
  const current = ["#conversations", "#team"].includes(location.hash) ? location.hash : "#talk"
  for (const tab of tabs.querySelectorAll("a")) {
    if (tab.hash === current) tab.setAttribute("aria-current", "true")
    else tab.removeAttribute("aria-current")
  }
}

document.addEventListener("turn-asked", ({ detail: turn }) => showTeam(turn))
document.addEventListener("turn-changed", ({ target, detail }) => team.changed?.(target, detail))
document.addEventListener("team-wanted", ({ detail: turn }) => showTeam(turn))
document.addEventListener("busy-changed", ({ detail: busy }) => markTeam(busy))
document.addEventListener("retry-wanted", async ({ detail: { turn, specialist } }) => {
  if (isOnePane.matches) location.hash = "#talk"
  await talk.retry(turn, { specialist })
  team.show(talk.newest)
})
document.addEventListener("source-wanted", async ({ detail }) => {
  await loadWhatIsBeside()
  team.hidden = true
  if (isOnePane.matches) location.hash = "#team"
  source.show(detail)
})
document.addEventListener("source-closed", () => {
  team.hidden = false
  if (isOnePane.matches) location.hash = "#talk"
})
const find = document.querySelector("[data-find]")
find.addEventListener("submit", async (event) => {
  event.preventDefault()
  const response = await fetch(find.action, { method: "POST", body: new FormData(find) }).catch(() => null)
  if (!response?.ok) return
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const found = document.adoptNode(page.querySelector("[data-conversations]"))
  document.querySelector("[data-conversations]").replaceChildren(...found.childNodes)
})
let typing = null
find.addEventListener("input", () => {
  clearTimeout(typing)
  typing = setTimeout(() => find.requestSubmit(), FIND_MILLISECONDS)
})
// A menu closes when something else is pressed.
document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false
})
addEventListener("hashchange", markTab)

markTab()
markTeam(talk.classList.contains("busy"))
if (talk.newest) showTeam(talk.newest)
