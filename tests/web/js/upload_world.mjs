// One browser's uploads: its store, its locks, and a server that answers when a test says so.

import { Uploads } from "../../../app/web/static/newsroom/pure/uploads.js";
import { World } from "./world.mjs";

/** What a browser keeps, shared by its tabs: each tab's own object, as a database gives it. */
export class Store {
  constructor({ room = Infinity } = {}) { Object.assign(this, { kept: new Map(), room }); }
  async list() { return [...this.kept.values()].map((each) => ({ ...each })); }
  async get(id) { return this.kept.has(id) ? { ...this.kept.get(id) } : null; }
  async put(upload) {
    if (this.kept.size >= this.room && !this.kept.has(upload.id)) throw new DOMException("full", "QuotaExceededError");
    this.kept.set(upload.id, { ...upload });
  }
  async delete(id) { this.kept.delete(id); }
}

/** The locks of one browser: whoever asks later waits. */
export class Locks {
  constructor() { this.held = new Map(); }
  run(name, task) {
    const after = (this.held.get(name) ?? Promise.resolve()).then(task, task);
    this.held.set(name, after.catch(() => {}));
    return after;
  }
}

export const FILE = { name: "bridge.jpg", type: "image/jpeg", size: 1_000 };
export const MEDIA = { kind: "image", url: "/media-previews/x", caption: "", credit: "" };
export const COUNT = { ids: 0 };

export function open({ store = new Store(), locks = new Locks(), world = new World({ random: 1 }), prepare = async (file) => file } = {}) {
  const seen = { sent: [], told: [], signedOut: 0, changes: 0 };
  const { setTimeout, clearTimeout, random } = world.env;
  const env = {
    setTimeout, clearTimeout, random,
    clock: () => world.time,
    newId: () => `00000000-0000-4000-8000-${String((COUNT.ids += 1)).padStart(12, "0")}`,
    locked: (name, run) => locks.run(name, run),
    tell: (id) => seen.told.push(id),
    send: (request) => new Promise((resolve, reject) => {
      request.signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      seen.sent.push({
        ...request,
        answer: async (body, { status = 201, headers = {} } = {}) => {
          resolve(new Response(JSON.stringify(body), { status, headers }));
          await world.settle();
        },
        fail: async () => {
          reject(new TypeError("failed"));
          await world.settle();
        },
      });
    }),
  };
  const uploads = new Uploads({
    store, owner: "ana", token: "lb_person_x", csrf: null, prepare, env,
    onChange: () => { seen.changes += 1; },
    onSignedOut: () => { seen.signedOut += 1; },
  });
  return { uploads, world, store, locks, seen, settle: () => world.settle() };
}

export async function added(opened, file = FILE) {
  const item = opened.uploads.add(file);
  await opened.settle();
  return item;
}

export const states = ({ uploads }) => uploads.items.map(({ state }) => state);
