// Keeps what is being read where it is on the screen, whatever changes its height above it: pictures without a size,
// players and fonts that load late, corrections, pins, a window that is turned. Most browsers do some of it (CSS scroll
// anchoring), before the next picture of the page is made; then comes this, and does what is left: in a browser without
// anchoring all of it, elsewhere what stands below a picture in view, or what a script has replaced.
//
// Nobody is ever pulled back: only a change of the page's own is made good, by as much as it moved, and what the
// reader does with the page decides from where. At the very top nothing is kept, as nothing is above.

const LIMIT = 40; // elements in view that are remembered through a change; the first that is still there counts
const MEDIA = "img, video, audio, iframe, figure";
const HAS_ANCHORING = globalThis.CSS?.supports("overflow-anchor", "auto");
const IN_FLOW = ["static", "relative"];

/** Keep the reading place in `main`. */
export function keepReadingPlace(main) {
  return new ReadingPlace(main);
}

class ReadingPlace {
  /** Whether the reader is further down in a page that is never scrolled itself: framed.js sets it. */
  isBelowTop = false;
  #main;
  #kept = null; // {node, top, scrollY, beyond} of the element that stays
  #held = false; // whether it was chosen (an entry that was linked to), rather than found in view
  #aim = null; // where it is to stand once the page reaches so far, where that is elsewhere
  #scrolls = 0;
  #sizes = new ResizeObserver(() => this.#makeGood());
  #changes = new MutationObserver(() => this.#watch());
  #scrolledTo = () => this.#onScroll();
  #watched = new Set();

  constructor(main) {
    this.#main = main;
    this.#watch();
    this.#changes.observe(main, { childList: true, subtree: true });
    addEventListener("scroll", this.#scrolledTo, { passive: true });
    this.#find();
  }

  /** Tell whether the entries are read: then nothing is put above them. */
  isReading(timeline) {
    if (this.#held) return timeline.contains(this.#kept.node);
    if (this.isBelowTop) return true;
    return scrollY > 0 && timeline.getBoundingClientRect().top < innerHeight / 3;
  }

  /** Count how often the reader has scrolled. */
  get scrolls() {
    return this.#scrolls;
  }

  /** Keep an entry that was linked to, from where the browser has put it until the reader scrolls. */
  openAt(node) {
    const margin = parseFloat(getComputedStyle(node).scrollMarginBlockStart) || 0;
    const top = scrollY + node.getBoundingClientRect().top - margin;
    const wanted = Math.max(0, top - beyondEnd(top));
    if (scrollY > 0 && Math.abs(scrollY - wanted) > 2) return; // the reader was faster than this script
    scrollTo({ top: wanted, behavior: "instant" });
    this.#hold(node);
  }

  /** Keep nothing any more. */
  stop() {
    removeEventListener("scroll", this.#scrolledTo);
    this.#changes.disconnect();
    this.#sizes.disconnect();
  }

  /** Go to the top of the page; of what is kept, where that is only a part of the page. */
  goToTop() {
    const top = this.#main.matches("main") ? 0 : Math.max(0, scrollY + this.#main.getBoundingClientRect().top);
    this.restore({ y: top });
  }

  /** Return the place in words that outlive the page: an entry, the element in it, and where that is. */
  describe() {
    const node = this.#kept?.node;
    const article = node?.closest("article");
    if (!article) return { y: scrollY };
    const { id, revision } = article.dataset;
    const part = node === article ? -1 : [...article.querySelectorAll("*")].indexOf(node);
    return { id, revision, part, top: node.getBoundingClientRect().top, articleTop: article.getBoundingClientRect().top };
  }

  /** Come back to a place that was described. Returns false if its entry is not on the page. */
  restore({ y, id, revision, part, top, articleTop }) {
    if (y !== undefined) {
      scrollTo({ top: y, behavior: "instant" });
      this.#release();
      this.#find();
      return true;
    }
    const article = this.#byId(`entry-${id}`);
    if (article === null) return false;
    const node = article.dataset.revision === revision ? article.querySelectorAll("*")[part] : undefined;
    this.#hold(node ?? article, node ? top : articleTop);
    return true;
  }

  /** Run a change of the page so that what is read stays where it is, and so does the focus. */
  keeping(change) {
    if (this.#kept !== null && this.#scrolled !== 0) this.#onScroll();
    else this.#makeGood(); // also what the change before this one has moved, of which no frame has come yet
    const focused = document.activeElement?.closest?.("article")?.id;
    const held = this.#held;
    const before = this.#kept && [this.#kept.node, ...(held ? [] : first(inView(this.#main), LIMIT))].map(remembered);
    change();
    if (focused && !document.activeElement?.closest("article")) {
      this.#byId(focused)?.focus({ preventScroll: true });
    }
    if (!before) return;
    const rank = before.findIndex((each) => (each.after = this.#found(each)));
    if (rank > 0 || !held) this.#release();
    if (rank < 0) this.#find();
    else this.#keep(before[rank].after, before[rank]);
    this.#observeAgain();
  }

  /** Return what has an id here: another element of the page may show the same story, with the same ids. */
  #byId(id) {
    return this.#main.querySelector(`#${CSS.escape(id)}`);
  }

  #found({ node, id, whole, name, text }) {
    if (node.isConnected) return node;
    const article = id && this.#byId(id);
    if (!article || whole) return article;
    return [...article.getElementsByTagName(name)].find((each) => each.textContent === text);
  }

  /** Have #makeGood called in the coming frame, behind the browser's own anchoring, whether or not a size changes. */
  #observeAgain() {
    this.#sizes.unobserve(this.#main);
    this.#sizes.observe(this.#main);
  }

  /** Keep an element until the reader scrolls, where it is or at `aim`, as far as the page reaches. */
  #hold(node, aim = null) {
    this.#keep(node);
    this.#held = true;
    this.#aim = aim;
    this.#makeGood();
  }

  /** A frame's scroll events come before its sizes are observed: by then #kept is where the reader has left it. */
  #makeGood() {
    if (!this.#kept?.node.isConnected) {
      this.#find();
      return;
    }
    const { node, top } = this.#kept;
    scrollPageBy(node.getBoundingClientRect().top - (this.#aim ?? top));
    this.#keep(node);
  }

  #onScroll() {
    if (this.#kept !== null) {
      if (this.#scrolled === 0) return; // as it was left here
      this.#catchUp();
      if (HAS_ANCHORING && this.#kept.node.isConnected && Math.abs(this.#moved) < 1) {
        this.#keep(this.#kept.node); // that was the browser's anchoring
        return;
      }
    }
    this.#scrolls += 1;
    this.#release();
    this.#find();
  }

  /** How far the page has been scrolled, by whomever, since the place was kept; not what a shorter page cut off. */
  get #scrolled() {
    return scrollY - this.#kept.scrollY + Math.max(0, beyondEnd(this.#kept.scrollY) - this.#kept.beyond);
  }

  /** How far the place has moved on the screen since it was kept. */
  get #moved() {
    const { node, top } = this.#kept;
    return node.getBoundingClientRect().top - top;
  }

  /** Make good what the page itself has changed since its sizes were observed last; what the reader did stays done. */
  #catchUp() {
    if (HAS_ANCHORING || !this.#kept?.node.isConnected) return; // with it, measuring has done it
    scrollPageBy(this.#moved + this.#scrolled);
  }

  #release() {
    this.#held = false;
    this.#aim = null;
  }

  #find() {
    if (this.#held && this.#kept?.node.isConnected) return;
    this.#release();
    const [node] = scrollY > 0 ? first(inView(this.#main), 1) : [];
    if (node) this.#keep(node);
    else this.#kept = null;
  }

  #keep(node, { top } = node.getBoundingClientRect()) {
    this.#kept = { node, top, scrollY, beyond: beyondEnd(scrollY) };
  }

  #watch() {
    const wanted = new Set([...document.body.children, ...this.#main.children, ...this.#main.querySelectorAll("article")]);
    for (const node of this.#watched) if (!wanted.has(node)) this.#sizes.unobserve(node);
    for (const node of wanted) if (!this.#watched.has(node)) this.#sizes.observe(node);
    this.#watched = wanted;
  }
}

/** How far a window scrolled so far down would reach beyond the page's end. */
function beyondEnd(top) {
  return Math.max(0, top + innerHeight - document.documentElement.scrollHeight);
}

function scrollPageBy(distance) {
  if (Math.abs(distance) >= 0.5) scrollBy({ top: distance, behavior: "instant" });
}

function first(generated, most) {
  const taken = [];
  for (const each of generated) {
    if (taken.push(each) === most) break;
  }
  return taken;
}

/**
 * List what begins in view, from the top on, and of what reaches into it from above its parts in view. A picture does
 * not count where anything else does: it may not have its size yet, and then what stands below it would move.
 */
function* inView(root) {
  let found = false;
  let otherwise = null;
  const walk = function* (parent) {
    for (const child of parent.children) {
      const { top, bottom, height } = child.getBoundingClientRect();
      if (height === 0 || bottom <= 0) continue;
      if (top >= innerHeight) return;
      if (!IN_FLOW.includes(getComputedStyle(child).position)) continue;
      const media = child.matches(MEDIA);
      if (top < 0 || media) {
        if (media || child.matches("article")) otherwise = media ? otherwise ?? child : child;
        let within = false;
        for (const part of walk(child)) {
          within = true;
          yield part;
        }
        if (within || media || child.querySelector(MEDIA)) continue;
        if (child.children.length > 0 && child.matches("article, section, header, div")) continue;
      }
      found = true;
      yield child;
    }
  };
  yield* walk(root);
  if (!found && otherwise !== null) yield otherwise;
}

/** Remember an element by what a drawing anew leaves as it is. */
function remembered(node) {
  const id = node.closest("article")?.id;
  const { top } = node.getBoundingClientRect();
  return { node, top, id, whole: node.id === id, name: node.tagName, text: node.textContent };
}
