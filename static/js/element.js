// Builds elements. Text always goes in as text, so that what a model or a record wrote cannot become markup.

/** An element with attributes (`class`, `data-x`, …; undefined, null and false are left out) and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    made.setAttribute(name, value === true ? "" : value)
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""))
  return made
}

const SVG = "http://www.w3.org/2000/svg"

/** An SVG element. Attributes only: the content security policy allows no inline style. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** One of the page's symbols (templates/chat/icons.html). */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }))
}
