// Shares an entry by what the browser has for it, else copies its address and says so.

import { said } from "../entries.js";

const SAID_MS = 2_500;

/** Share the entry whose button was pressed. */
export async function share(button) {
  const article = button.closest("article");
  const { href } = article.querySelector(".when a");
  // On our own page an entry's address is one of a page of its own: networks see no fragment. A host's page has its own.
  const url = href.replace(/\?entry=.*/, `/entries/${article.dataset.id}`);
  const title = article.querySelector("h2")?.textContent ?? document.querySelector("h1").textContent;
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
    } catch (problem) {
      if (problem.name !== "AbortError") await copy(button, url);
    }
  } else {
    await copy(button, url);
  }
}

async function copy(button, url) {
  try {
    await navigator.clipboard.writeText(url);
  } catch {
    location.assign(url); // nothing may be copied here: the address bar has it then
    return;
  }
  const copied = said("span", "share.copied", { class: "copied", role: "status" });
  button.after(copied);
  setTimeout(() => copied.remove(), SAID_MS);
}
