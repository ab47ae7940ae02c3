// Counts what a follower has applied against what the log holds. Pure.
// Replay is by state: of an entry that changed twice meanwhile only its newest change comes. So a change is there once it,
// or a later one of the same entry, was applied.

import { seqOf } from "../apply.js";

export class Count {
  /** `head`: the cursor from which it counts. */
  constructor(head) {
    this.from = head;
    this.times = new Map();
    this.newest = new Map();
  }

  /** Note one applied event. */
  apply(event) {
    this.times.set(event.seq, (this.times.get(event.seq) ?? 0) + 1);
    this.newest.set(subjectOf(event), Math.max(event.seq, this.newest.get(subjectOf(event)) ?? 0));
  }

  /** Compare with the log's events after `from`, for a follower that is at `head`: {received, lost, doubled, waiting}. */
  compare(events, head) {
    const missing = events.filter((event) => (this.newest.get(subjectOf(event)) ?? 0) < event.seq);
    const lost = missing.filter(({ seq }) => seq <= seqOf(head)).length;
    const doubled = [...this.times.values()].reduce((sum, times) => sum + times - 1, 0);
    return { received: this.times.size, lost, doubled, waiting: missing.length - lost };
  }
}

/** Return the line of the count; `resumed` is {from, seconds} of the last interruption, or null. */
export function countLine({ received, lost, doubled, waiting }, resumed) {
  const parts = [`${lost} lost`, `${doubled} doubled`];
  if (resumed) parts.push(`resumed from ${resumed.from} after ${resumed.seconds} s`);
  parts.push(`${received} received`);
  if (waiting > 0) parts.push(`${waiting} waiting on the server`);
  return parts.join(", ");
}

function subjectOf(event) {
  return event.entry?.id ?? event.id ?? "story";
}
