// An entry's newest revision, which may be a working revision that readers do not see yet. Pure.

/** Return the entry with the fields of its working revision if it has one. */
export function newest(entry) {
  return { ...entry, ...entry.working?.fields };
}

/** Return when the entry, or its working revision, is published by itself; null if it is not. */
export function dueOf({ publish_at: at, working }) {
  return at ?? working?.publish_at ?? null;
}
