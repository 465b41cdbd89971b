// A browser's permission to hold one more feed.
//
// Over HTTP/1.1 a browser gives an origin six connections, for all its tabs together: the seventh feed would hang, and
// so would every question that is sent. So no more feeds than `SLOTS` are open at once, and where more want one they
// take turns: each goes on from its own cursor when its turn comes, and so misses nothing.

import { hold } from "./lock.js"

export const SLOTS = 4
/** How long a feed stays open while another waits, give or take a quarter: not all are to end at once for one. */
export const TURN_MILLISECONDS = 2_000
/** Whoever holds a slot that long while others wait is frozen: the slot is taken away. */
export const PATIENCE_MILLISECONDS = 20_000

/** Wait for a slot; give `{over, release}`, or null where `signal` was aborted. `over` resolves when it is to end. */
export async function takeSlot(locks, signal) {
  const end = new AbortController()
  const onLost = () => end.abort()
  const taken = (await waitForOne(locks, signal, onLost)) ?? (await stealOne(locks, signal, onLost))
  if (!taken) return null
  signal.addEventListener("abort", onLost)
  if (signal.aborted) end.abort()
  return {
    over: turnIsOver(locks, taken.name, end.signal),
    release() {
      signal.removeEventListener("abort", onLost)
      end.abort()
      taken.release()
    },
  }
}

/** Stand in the line of every slot and take the first that is free; null where patience ends or the wait is aborted. */
async function waitForOne(locks, signal, onLost) {
  if (signal.aborted) return null
  const waiting = new AbortController()
  const stop = () => waiting.abort()
  signal.addEventListener("abort", stop)
  const timer = setTimeout(stop, PATIENCE_MILLISECONDS)
  const taken = await firstOf(locks, waiting, onLost)
  clearTimeout(timer)
  signal.removeEventListener("abort", stop)
  return taken
}

function firstOf(locks, waiting, onLost) {
  let winner = null
  return new Promise((resolve) => {
    const lines = Array.from({ length: SLOTS }, async (_, number) => {
      const name = slot(number)
      const release = await hold(locks, name, { signal: waiting.signal, onLost: () => winner === name && onLost() })
      if (release && winner === null) {
        winner = name
        waiting.abort()
        resolve({ name, release })
      } else release?.()
    })
    Promise.all(lines).then(() => resolve(null))
  })
}

async function stealOne(locks, signal, onLost) {
  if (signal.aborted) return null
  const name = slot(Math.floor(Math.random() * SLOTS))
  const release = await hold(locks, name, { steal: true, onLost })
  return release && { name, release }
}

async function turnIsOver(locks, name, signal) {
  while (!signal.aborted) {
    await sleep(TURN_MILLISECONDS * (0.75 + Math.random() / 2), signal)
    if (signal.aborted) return
    const { pending } = await locks.query()
    if (pending.some((request) => request.name === name)) return
  }
}

function slot(number) {
  return `healthchat-feed-slot-${number}`
}

function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true })
  })
}
