// What moderators do about readers' replies: each act is said where it was done, and again tried from there.

import { named } from "../drawing/comment_item.js";
import { newId, session } from "../drawing/session.js";
import { outcomeWords, refusalWords } from "../pure/comment_words.js";
import { momentText } from "../pure/time_zones.js";
import { askAnswer, askBlock, askDecision, makeEntry, sendBatch } from "./moderation_questions.js";

const ASKED = ["reject", "remove"]; // what needs a word before it is done

/** Acts on the queue of a view, which shows and says what became of them. */
export class Decisions {
  constructor(view) {
    this.view = view;
  }

  /** Do what a button of a reply, or its key, says. */
  press(action, item, how = {}) {
    const own = {
      answer: () => this.#answer(item), make_entry: () => this.#makeEntry(item, newId()), block: () => this.#block(item),
      open_entry: () => this.view.openEntry(item.story, item.made_entry),
    };
    if (action in own) this.view.trying(own[action]);
    else this.actOn(action, [item.id], how);
  }

  /**
   * Do one thing about all of these that can be done to them, after its question; each succeeds or fails alone. After a
   * key the focus goes on to the next reply; after a press nothing moves.
   */
  async actOn(action, ids, { isKey = false } = {}) {
    const able = this.view.queue.able(ids, action);
    if (able.length === 0) return;
    const items = able.map((id) => this.view.queue.items.get(id));
    const decision = ASKED.includes(action) ? await askDecision(action, items, this.view.reasons) : {};
    if (decision === null) return;
    const at = document.activeElement?.closest(".reply")?.dataset.id;
    const bodies = this.view.queue.batches(able, action, decision).map((body) => [body, newId()]);
    const sent = this.#sendAll(action, bodies);
    const status = this.view.list.query.status;
    if (isKey && status && at && able.includes(at)) this.view.focus(this.view.queue.following(at, status));
    await sent;
  }

  async #sendAll(action, bodies) {
    const ids = bodies.flatMap(([{ comments }]) => comments);
    for (const id of ids) this.view.queue.acts.set(id, { state: "sending", words: "Sending …" });
    this.view.say(ids.length > 1 ? `Sending ${ids.length} …` : "Sending …");
    this.view.drawItems();
    const outcome = { done: 0, failed: 0 };
    const unsent = [];
    let problem = null;
    for (const [body, key] of bodies) {
      try {
        const { done, failed } = this.view.queue.decided(await sendBatch(body, key), session.me.name ?? null);
        outcome.done += done.length;
        outcome.failed += failed.length;
        await Promise.all(failed.map((each) => this.#refused(each)));
      } catch (thrown) {
        problem = thrown;
        unsent.push([body, key]);
        const again = () => this.#sendAll(action, [[body, key]]);
        for (const id of body.comments) this.view.queue.acts.set(id, { state: "failed", words: refusalWords(thrown), again });
      }
    }
    this.view.drawItems();
    const words = outcomeWords(action, outcome);
    if (problem) this.view.sayProblem(problem, () => this.#sendAll(action, unsent), words);
    else this.view.say(words);
    this.view.readSoon();
  }

  async #refused([id, problem]) {
    await this.view.readOne(id);
    this.view.queue.acts.set(id, { state: "failed", words: refusalWords(problem, this.view.queue.items.get(id)) });
  }

  async #answer(item) {
    const sent = await askAnswer(item);
    if (sent) this.view.say(`Replied to ${named(item)} Readers see it now.`);
  }

  async #block(item) {
    const made = await askBlock(item);
    if (made) this.view.say(`No reply is taken from ${made.network} until ${momentText(made.expires_at)}.`);
  }

  /** Make a draft of a reply, and lead to it; if that cannot be done, say why at the reply, with the way to try again. */
  async #makeEntry(item, key) {
    const { id, story } = item;
    this.view.queue.acts.set(id, { state: "sending", words: "Making an entry of it …" });
    this.view.drawItems();
    try {
      const entry = await makeEntry(item, key);
      const [author] = entry.authors;
      this.view.queue.acts.set(id, { state: "done", words: `A draft was made of it, by “${author.name}, ${author.role}”. Readers do not see it yet.` });
      this.view.queue.merge({ ...this.view.queue.items.get(id), made_entry: entry.id });
      this.view.say(`A draft was made of ${named(item)}`, () => this.view.openEntry(story, entry.id), "Open it");
      await this.view.readOne(id);
    } catch (problem) {
      if (problem.code === "entry_made") await this.#leadToMade(id);
      else if (problem.code === "stale") await this.#refused([id, problem]);
      else this.view.queue.acts.set(id, { state: "failed", words: refusalWords(problem), again: () => this.#makeEntry(item, key) });
    }
    this.view.drawItems();
  }

  /** Lead to the entry that was made of a reply meanwhile, by a colleague or another press. */
  async #leadToMade(id) {
    await this.view.readOne(id);
    const item = this.view.queue.items.get(id);
    this.view.queue.acts.set(id, { state: "failed", words: "Not done: an entry was made of it already." });
    this.view.say(`An entry was made already of ${named(item)}`, () => this.view.openEntry(item.story, item.made_entry), "Open it");
  }
}
