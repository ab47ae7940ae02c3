// What an entry is to its editors, of which readers may see one revision while another waits. Pure.

/** What an entry says at its newest: its working revision if it has one. */
export function newest(entry) {
  return { ...entry, ...entry.working?.fields };
}

/** When the entry, or the edit of it, goes out by itself; null if it does not. */
export function dueOf({ publish_at: at, working }) {
  return at ?? working?.publish_at ?? null;
}
