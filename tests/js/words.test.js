import assert from "node:assert/strict"
import test from "node:test"

import { ngettext } from "../../static/js/words.js"

test("it says one thing otherwise than several", () => {
  const counted = (count) => ngettext("%(matched)s of %(count)s figure", "%(matched)s of %(count)s figures", count, { matched: 1 })

  assert.equal(counted(1), "1 of 1 figure")
  assert.equal(counted(3), "1 of 3 figures")
})
