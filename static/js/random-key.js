// `crypto.randomUUID` exists on secure origins only, and a server at home is often plain HTTP.

/** 128 random bits, as hexadecimal. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
