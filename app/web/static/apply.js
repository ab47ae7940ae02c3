// apply(): brings a held story state up to date with an event, so that it equals what a fresh reader would be sent.
// The same law in words, with its numbered rules, is docs/apply.md; docs/apply-fixtures.json holds its cases.
// Pure: nothing here touches the network, the page or a clock, and nothing given is ever changed.

const UPSERTS = new Set(["entry.published", "entry.updated"]);
const NOTHING = { items: [], next: null, prev: null, bound: null };
const COUNTERS = ["entry_count", "last_entry_at"];

/** Return the number inside a cursor; 0 for "from the beginning". */
export function seqOf(cursor) {
  if (cursor === "0") return 0;
  const match = /^[0-9A-Za-z]{1,16}\.(0|[1-9][0-9]{0,15})\.[0-9A-Za-z]{1,16}$/.exec(cursor);
  if (!match) throw new TypeError(`not a cursor: ${cursor}`);
  return Number(match[1]);
}

/** Compare entries for sort(): newest first by (sort_key, id). Both are ASCII. */
function newestFirst(a, b) {
  if (a.sort_key !== b.sort_key) return a.sort_key > b.sort_key ? -1 : 1;
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1;
}

/** Return the lower end of what is held as [sort_key, id]; null when the timeline is held to its end. */
function boundOf(timeline) {
  if ("bound" in timeline) return timeline.bound;
  if (timeline.next === null || timeline.items.length === 0) return null;
  const last = timeline.items.at(-1);
  return [last.sort_key, last.id];
}

/** Return the timeline with the entry in its place: unchanged if a newer revision is held, without it if below. */
function upsertEntry(timeline, entry) {
  const bound = boundOf(timeline);
  const held = timeline.items.find((item) => item.id === entry.id);
  if (held && held.revision > entry.revision) return { ...timeline, bound };
  const items = timeline.items.filter((item) => item.id !== entry.id);
  if (bound === null || newestFirst(entry, { sort_key: bound[0], id: bound[1] }) <= 0) {
    const index = items.findIndex((item) => newestFirst(entry, item) < 0);
    items.splice(index < 0 ? items.length : index, 0, entry);
  }
  return { ...timeline, items, bound };
}

/** Return the timeline without that entry. The bound stays. */
function removeEntry(timeline, id) {
  return { ...timeline, items: timeline.items.filter((item) => item.id !== id), bound: boundOf(timeline) };
}

/** Return the state with the entry in its place, in the timeline or among those that pins and key points name. */
function withEntry(state, entry) {
  return withNamed({ ...state, timeline: upsertEntry(state.timeline, entry) }, entry);
}

function withoutEntry(state, id) {
  const included = state.included.filter((entry) => entry.id !== id);
  return { ...state, timeline: removeEntry(state.timeline, id), included };
}

/** Return the state whose `included` are the named entries that the timeline does not hold, newest first. */
function withNamed(state, ...offered) {
  const held = new Set(state.timeline.items.map(({ id }) => id));
  const known = new Map();
  for (const entry of [...state.included, ...offered]) {
    const before = known.get(entry.id);
    if (!before || entry.revision >= before.revision) known.set(entry.id, entry);
  }
  const wanted = namedEntries(state).filter((id) => known.has(id) && !held.has(id)).map((id) => known.get(id));
  return { ...state, included: wanted.sort(newestFirst) };
}

function namedEntries({ pinned = [], key_points: points = [] }) {
  return [...new Set([...pinned, ...points].map(({ entry }) => entry).filter((id) => id != null))];
}

/** Return the named entries that are not held: fetch each once caught up, and give it to mergeNamed(). */
export function missingEntries(state) {
  const held = new Set([...state.timeline.items, ...state.included].map(({ id }) => id));
  return namedEntries(state).filter((id) => !held.has(id));
}

/**
 * Return the state after one numbered event. Whether it is to be applied is decided by receive(). Throws TypeError where
 * its cursor is none: then nothing has changed.
 */
export function apply(state, event) {
  seqOf(event.cursor);
  let after = { ...state };
  if (UPSERTS.has(event.type)) after = withEntry(after, event.entry);
  else if (event.type === "entry.removed") after = withoutEntry(after, event.id);
  else if (event.type === "story.updated") after = withNamed({ ...after, ...event.fields });
  else if (event.type === "story.removed") after = { id: state.id, status: "withdrawn", timeline: NOTHING, included: [] };
  after.head = event.cursor;
  return withCounters(after, event);
}

function withCounters(state, message) {
  const counters = COUNTERS.filter((name) => name in message).map((name) => [name, message[name]]);
  return { ...state, ...Object.fromEntries(counters) };
}

/** Return a reader {state, mode}; mode is "live", "catching_up" or "waiting". */
export function readerOf(state, mode = "live") {
  return { state, mode };
}

/**
 * Receive one message of any transport; return [reader, verdict]: "applied", "ignored", "replaced" or "resume". Throws
 * TypeError where a cursor in it is none.
 */
export function receive(reader, message) {
  if (message.type === "heartbeat") return compare(reader, message.heads[reader.state.id]);
  if (message.story !== reader.state.id) return [reader, "ignored"];
  if ("seq" in message) return receiveEvent(reader, message);
  switch (message.type) {
    case "subscribed":
      return [{ ...reader, mode: "catching_up" }, "ignored"];
    case "catching_up":
      return [reader.mode === "waiting" ? reader : { ...reader, mode: "catching_up" }, "ignored"];
    case "snapshot":
      seqOf(message.state.head);
      return [{ ...reader, state: message.state }, "replaced"];
    case "caught_up":
      return finish(reader, message);
    default:
      return [reader, "ignored"];
  }
}

function receiveEvent(reader, event) {
  const last = seqOf(reader.state.head);
  if (reader.mode === "waiting" || event.seq <= last) return [reader, "ignored"];
  if (reader.mode === "live" && event.seq > last + 1) return resume(reader);
  return [{ ...reader, state: apply(reader.state, event) }, "applied"];
}

function finish(reader, message) {
  if (reader.mode !== "catching_up") return compare(reader, message.cursor);
  if (seqOf(message.cursor) < seqOf(reader.state.head)) return [{ ...reader, mode: "live" }, "ignored"];
  return [{ mode: "live", state: withCounters({ ...reader.state, head: message.cursor }, message) }, "applied"];
}

function compare(reader, head) {
  const { state, mode } = reader;
  if (head === undefined || mode !== "live" || head === state.head || seqOf(head) < seqOf(state.head)) {
    return [reader, "ignored"];
  }
  return resume(reader);
}

function resume(reader) {
  return [{ ...reader, mode: "waiting" }, "resume"];
}

/** Receive a `changes` reply to a request from this reader's head or before; "resume" while there is more. */
export function foldChanges(reader, reply) {
  let state = reader.state;
  for (const event of reply.events) {
    if (event.seq > seqOf(state.head)) state = apply(state, event);
  }
  if (seqOf(reply.cursor) > seqOf(state.head)) state = { ...state, head: reply.cursor };
  if (reply.more) return [{ ...reader, state }, "resume"];
  return [{ ...reader, state }, state === reader.state ? "ignored" : "applied"];
}

/** Return the cursor to ask `changes` after before an older page may be merged, or null when nothing is missing. */
export function changesWantedAfter(state, page, replies = []) {
  const reached = replies.length ? replies.at(-1).cursor : page.head;
  return seqOf(reached) < seqOf(state.head) ? reached : null;
}

/** Return the state with the next older page in it; `replies` are the `changes` asked for on its behalf. */
export function mergePage(state, page, replies = []) {
  const timeline = lowered(state.timeline, page);
  return broughtForward(page.items.reduce(withEntry, { ...state, timeline }), page, replies);
}

/** Return the state with a page's entries beside the timeline, as far as pins and key points name them. */
export function mergeNamed(state, page, replies = []) {
  return broughtForward(withNamed(state, ...page.items), page, replies);
}

function broughtForward(merged, page, replies) {
  if (changesWantedAfter(merged, page, replies) !== null) throw new RangeError("the page is behind the state");
  for (const reply of replies) {
    for (const event of reply.events) merged = fold(merged, event);
    if (seqOf(reply.cursor) > seqOf(merged.head)) merged = { ...merged, head: reply.cursor };
  }
  return merged;
}

function lowered(timeline, page) {
  const last = page.items.at(-1);
  const bound = page.next === null ? null : last ? [last.sort_key, last.id] : boundOf(timeline);
  return { ...timeline, next: page.next, bound };
}

function fold(state, event) {
  if (seqOf(event.cursor) > seqOf(state.head)) return apply(state, event);
  // Already seen, but not by the page: its entries are brought up to date; fields, counters and head are newer here.
  if (UPSERTS.has(event.type)) return withEntry(state, event.entry);
  if (event.type === "entry.removed") return withoutEntry(state, event.id);
  return state;
}
