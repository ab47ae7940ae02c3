// What is said of an upload, beside the picture. Pure.

import { problemText } from "./problems.js";

const SOON = "It is tried again by itself.";

/** Return {text, isWrong} about an upload; null stands for one of the library. */
export function uploadWords(item) {
  if (item === null) return { text: "Kept on the server.", isWrong: false };
  const { state, progress, problem, isKept } = item;
  if (state === "unknown") return { text: "Looking for it in this browser …", isWrong: false };
  if (state === "refused") return { text: `Not accepted. ${problemText(problem)}`, isWrong: true };
  if (state === "done") return { text: "Kept on the server.", isWrong: false };
  if (state === "preparing") return { text: "Preparing …", isWrong: false };
  const kept = isKept ? "" : " This browser has no room to keep it: leave this tab open until it is sent.";
  if (state === "signed-out") return { text: `Sign in to send it.${kept}`, isWrong: true };
  if (state === "waiting") return { text: `${isKept ? "Kept here. " : ""}${problemText(problem)} ${SOON}${kept}`, isWrong: true };
  const sent = progress < 1 ? `Sending … ${Math.floor(progress * 100)} %` : "Sent; the server is working on it …";
  return { text: `${sent}${kept}`, isWrong: !isKept };
}
