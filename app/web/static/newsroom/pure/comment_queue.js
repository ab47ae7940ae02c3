// The moderators' list of readers' replies: what is shown, what is selected, what waits, and what was decided. Pure.

import { heldOrder } from "./list_order.js";

const AT_ONCE = 100; // the most that the server decides about in one call

/** A list of replies in which nothing changes its place until somebody asks for another one. */
export class CommentQueue {
  constructor() {
    this.clear();
  }

  /** Show nothing, as for another list. */
  clear() {
    this.items = new Map(); // what is shown, in its order, by id
    this.selected = new Set();
    this.acts = new Map(); // what is under way or failed of each, as {state, words, again}
    this.waiting = { count: 0, isMore: false };
    this.next = null;
  }

  /** Show what was read because somebody asked for it, and nothing else. */
  show({ items, next }) {
    this.items = new Map(items.map((item) => [item.id, item]));
    for (const id of this.selected) if (!this.items.has(id)) this.selected.delete(id);
    for (const id of this.acts.keys()) if (!this.items.has(id)) this.acts.delete(id);
    this.waiting = { count: 0, isMore: false };
    this.next = next;
  }

  /** Show a further part below what is shown. */
  append({ items, next }) {
    for (const item of items) if (!this.items.has(item.id)) this.items.set(item.id, item);
    this.next = next;
  }

  /**
   * Take what was read by itself: what is shown is as it is now, and what is not waits. Returns the ids of those shown
   * that the list has no more, in the part that was read: somebody decided about them, or they are gone.
   */
  compare({ items, next }, { order }) {
    const read = items.map(({ id }) => id);
    for (const item of items) if (this.items.has(item.id)) this.merge(item);
    const isOldest = order === "oldest";
    const arrived = isOldest ? read.filter((id) => !this.items.has(id)) : heldOrder([...this.items.keys()], read).arrived;
    this.waiting = { count: arrived.length, isMore: isOldest && this.next !== null };
    const last = next === null ? null : items.at(-1);
    const isPast = ({ time }) => last && (isOldest ? time > last.time : time < last.time);
    return [...this.items.values()].filter((item) => !read.includes(item.id) && !isPast(item)).map(({ id }) => id);
  }

  /** Take a reply as it is now, unless what is shown is newer; return whether anything of it is another. */
  merge(item) {
    const known = this.items.get(item.id);
    if (!known || known.version > item.version) return false;
    const merged = { ...known, ...item };
    if (item.reports?.length === 0 && item.in_story === undefined) merged.reports = known.reports; // only lists have them
    if (JSON.stringify(merged) === JSON.stringify(known)) return false;
    this.items.set(item.id, merged);
    return true;
  }

  /** Take what the newsroom's stream tells of a reply: who did what. */
  told({ comment, by }) {
    const { name } = by ?? {};
    return this.merge(comment.decided_at ? { ...comment, decided_by_name: name ?? null } : comment);
  }

  /** Take the news that a reply is not to be seen any more. */
  lose(id) {
    const known = this.items.get(id);
    if (known) this.items.set(id, { ...known, can: [], gone: true });
    this.selected.delete(id);
  }

  /** Select a reply, or not any more. */
  toggle(id) {
    if (!this.selected.delete(id) && this.items.get(id)?.can.length > 0) this.selected.add(id);
  }

  /** Select all that are shown and still of this list, or none if they all are. */
  toggleAll(status) {
    const all = this.selectable(status);
    const isAll = all.length > 0 && all.every((id) => this.selected.has(id));
    this.selected = new Set(isAll ? [] : all);
  }

  /** Return the ids of those shown about which something can be decided, of this status if one is given. */
  selectable(status = null) {
    return [...this.items.values()]
      .filter((item) => item.can.length > 0 && (status === null || item.status === status)).map(({ id }) => id);
  }

  /** Return whether something can be done about anything that is shown. */
  get isModerated() {
    return [...this.items.values()].some(({ can }) => can.length > 0);
  }

  /** Return those of these ids whose `can` has the action. */
  able(ids, action) {
    return ids.filter((id) => this.items.get(id)?.can.includes(action) && this.acts.get(id)?.state !== "sending");
  }

  /** Return the id that is next to this one, forward or back; itself at the end. */
  beside(id, step) {
    const ids = [...this.items.keys()];
    const at = ids.indexOf(id);
    if (at < 0) return ids[0] ?? null;
    return ids[Math.min(Math.max(at + step, 0), ids.length - 1)];
  }

  /** Return the next id after this one that is still of this status and not being decided; itself if none is. */
  following(id, status) {
    const ids = [...this.items.keys()];
    const isOpen = (each) => this.items.get(each).status === status && this.acts.get(each)?.state !== "sending";
    return ids.slice(ids.indexOf(id) + 1).find(isOpen) ?? id;
  }

  /** Return the bodies that decide about these, each as it was seen; a colleague's decision is not overwritten. */
  batches(ids, action, decision = {}) {
    const bodies = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const comments = ids.slice(at, at + AT_ONCE);
      const versions = Object.fromEntries(comments.map((id) => [id, this.items.get(id).version]));
      bodies.push({ action, comments, versions, ...decision });
    }
    return bodies;
  }

  /** Take the outcomes of a batch: {done, failed}, of ids and of [id, problem]. */
  decided({ items }, by) {
    const done = [];
    const failed = [];
    for (const { id, comment, problem } of items) {
      this.acts.delete(id);
      if (problem) failed.push([id, problem]);
      else {
        this.merge({ ...comment, decided_by_name: by });
        const known = this.items.get(id);
        const closed = known?.reports?.map((each) => ({ ...each, outcome: each.outcome ?? comment.status }));
        if (closed) this.items.set(id, { ...known, reports: closed });
        this.selected.delete(id);
        done.push(id);
      }
    }
    return { done, failed };
  }
}
