// Where values go on a chart's axes.

/** Map `from`…`to` onto `start`…`end`. */
export function scale(from, to, start, end) {
  const span = to - from || 1
  return (value) => start + ((value - from) / span) * (end - start)
}

/** Four to seven round numbers that hold `low` and `high` between them. */
export function steps(low, high) {
  const rough = (high - low || Math.abs(high) || 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough)
  const first = Math.floor(low / step) * step
  const ticks = []
  for (let n = 0; ; n++) {
    ticks.push(Number((first + n * step).toPrecision(10)))
    if (ticks.at(-1) >= high) break
  }
  if (ticks.length === 1) ticks.push(Number((first + step).toPrecision(10)))
  return ticks
}
