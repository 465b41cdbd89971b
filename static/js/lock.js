// A lock that all pages of this browser share (Web Locks), as something to wait for.

/**
 * Wait for the lock of that name; give a function that releases it, or null where `signal` was aborted first. With
 * `steal` it is taken at once from whoever holds it. `onLost` is called if another page takes it so.
 */
export function hold(locks, name, { signal = null, steal = false, onLost = () => {} } = {}) {
  return new Promise((resolve) => {
    let held = false
    const options = steal || !signal ? { steal } : { signal } // The two exclude each other.
    const request = locks.request(name, options, () => {
      if (signal?.aborted) return resolve(null)
      held = true
      return new Promise((release) => resolve(release))
    })
    // It is rejected where the wait was called off, or where the lock was stolen.
    request.catch(() => (held ? onLost() : resolve(null)))
  })
}
