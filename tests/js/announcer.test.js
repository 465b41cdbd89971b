import assert from "node:assert/strict"
import test from "node:test"

import { wholeSentences } from "../../static/js/announcer.js"
import { scale, steps } from "../../static/js/chart-scale.js"

const whole = (text) => text.slice(0, wholeSentences(text))

test("it reads out whole sentences only", () => {
  assert.equal(whole("Your HbA1c was 6."), "")
  assert.equal(whole("Your HbA1c was 6.1 %. It"), "Your HbA1c was 6.1 %.")
  assert.equal(whole("One. Two! Three"), "One. Two!")
  assert.equal(whole("- a line\n- ano"), "- a line\n")
  assert.equal(whole("On 2025-07-21 it was 3.5 and"), "")
})

test("it puts round numbers around the values of a chart", () => {
  assert.deepEqual(steps(4.0, 6.6), [4, 5, 6, 7])
  assert.deepEqual(steps(118, 142), [110, 120, 130, 140, 150])
  assert.deepEqual(steps(0.71, 0.94), [0.7, 0.8, 0.9, 1])
})

test("it finds room for equal values", () => {
  for (const value of [0, 5, 0.2, 1_200]) {
    const ticks = steps(value, value)
    assert.ok(ticks.length > 1 && ticks[0] <= value && ticks.at(-1) >= value, `${value}: ${ticks}`)
  }
})

test("it maps a range onto another, also one without width", () => {
  assert.equal(scale(0, 10, 100, 0)(5), 50)
  assert.equal(scale(3, 3, 0, 10)(3), 0)
})
