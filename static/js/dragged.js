// What somebody drags over a page.

/** Whether they are files; words that are dragged into a box are none. */
export function carriesFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false
}
