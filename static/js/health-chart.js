// Draws the values of its table as a line: the table is what the server sent and what a screen reader reads.

import { scale, steps } from "./chart-scale.js"
import { svg } from "./element.js"

const WIDTH = 640
const HEIGHT = 220
const MARGIN = { top: 14, right: 16, bottom: 28, left: 48 }

class HealthChart extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("svg")) return
    const points = this.#points()
    if (points.length < 2) return
    this.prepend(this.#drawing(points))
  }

  #points() {
    return [...this.querySelectorAll("[data-value]")]
      .map(({ dataset }) => ({ date: dataset.date, at: Date.parse(dataset.date), value: Number(dataset.value) }))
      .filter(({ at, value }) => Number.isFinite(at) && Number.isFinite(value))
      .sort((a, b) => a.at - b.at)
  }

  #drawing(points) {
    const { unit, low, high } = this.dataset
    const band = [low, high].map((edge) => (edge === undefined ? null : Number(edge)))
    const values = [...points.map(({ value }) => value), ...band.filter((edge) => edge !== null)]
    const ticks = steps(Math.min(...values), Math.max(...values))
    const y = scale(ticks[0], ticks.at(-1), HEIGHT - MARGIN.bottom, MARGIN.top)
    const x = scale(points[0].at, points.at(-1).at, MARGIN.left + 8, WIDTH - MARGIN.right - 8)
    const first = points[0]
    const last = points.at(-1)
    const said = `Line of ${points.length} values from ${first.value} ${unit} on ${first.date} to ${last.value} ${unit} on ${last.date}. The values are in the table below.`
    return svg(
      "svg",
      { class: "chart-drawing", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said },
      ...bandOf(band, ticks, y),
      ...ticks.flatMap((tick) => gridLine(tick, y)),
      ...years(points, x),
      svg("polyline", {
        class: "chart-line",
        points: points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
      }),
      ...points.map((point) => dot(point, x, y, unit, outside(point.value, band))),
      label(`${last.value}`, Math.min(x(last.at), WIDTH - 14), y(last.value) - 10, "chart-last", "end"),
    )
  }
}

function outside(value, [low, high]) {
  return (low !== null && value < low) || (high !== null && value > high)
}

function bandOf([low, high], ticks, y) {
  if (low === null && high === null) return []
  const top = y(high ?? ticks.at(-1))
  const bottom = y(low ?? ticks[0])
  return [
    svg("rect", {
      class: "chart-band",
      x: MARGIN.left,
      y: top,
      width: WIDTH - MARGIN.left - MARGIN.right,
      height: Math.max(bottom - top, 0),
    }),
  ]
}

function gridLine(tick, y) {
  const height = y(tick)
  return [
    svg("line", { class: "chart-grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: height, y2: height }),
    label(`${tick}`, MARGIN.left - 8, height + 4, "chart-label", "end"),
  ]
}

function dot({ date, at, value }, x, y, unit, isOutside) {
  // What lies outside the range has another shape, not only another colour.
  const shape = isOutside
    ? svg("path", { class: "chart-dot outside", d: `M${x(at)} ${y(value) - 6}l6 6l-6 6l-6 -6z` })
    : svg("circle", { class: "chart-dot", cx: x(at), cy: y(value), r: 4 })
  const tip = svg("title")
  tip.textContent = `${date}: ${value} ${unit}`
  shape.append(tip)
  return shape
}

function years(points, x) {
  const first = new Date(points[0].at).getUTCFullYear()
  const last = new Date(points.at(-1).at).getUTCFullYear()
  const ends = [points[0], points.at(-1)]
  if (last - first < 2)
    return ends.map(({ date, at }, n) => label(date, x(at), HEIGHT - 8, "chart-label", n ? "end" : "start"))
  const every = Math.ceil((last - first) / 6)
  const labels = []
  for (let year = first + 1; year <= last; year += every)
    labels.push(label(`${year}`, x(Date.UTC(year, 0, 1)), HEIGHT - 8, "chart-label", "middle"))
  return labels
}

function label(text, x, y, kind, anchor) {
  const made = svg("text", { class: kind, x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor })
  made.textContent = text
  return made
}

customElements.define("health-chart", HealthChart)
