// The words of an edited entry's pictures, films, sounds and tables, in the composer: they have no form in its text.

import { element } from "../../entries.js";
import { MEDIA_WORDS, mediaOf } from "../pure/media_words.js";

const LABELS = {
  alt: "What it shows, for those who cannot see it", caption: "Caption", credit: "Credit",
};
const NAMES = { image: "Picture", video: "Film", audio: "Sound", table: "Table" };
const place = document.getElementById("media");

/** Draw the fields of a draft's media; none for a new entry. */
export function drawMediaWords({ editing, media }) {
  const blocks = mediaOf(editing?.blocks ?? []);
  place.replaceChildren(...blocks.map((block, index) => element(
    "fieldset", { "data-block": block.id },
    element("legend", {}, blocks.length > 1 ? `${NAMES[block.type]} ${index + 1} of this entry` : `${NAMES[block.type]} of this entry`),
    block.type === "image" && element("img", { src: block.url, alt: "", loading: "lazy" }),
    MEDIA_WORDS[block.type].map((word) => element("label", {}, LABELS[word], " ", element("input", {
      "data-word": word, dir: "auto", autocomplete: "off", value: media?.[block.id]?.[word] ?? "",
    }))),
  )));
  place.hidden = blocks.length === 0;
}

/** Return what the fields say, by block and word; null if there are none. */
export function mediaWordsNow() {
  const fields = [...place.querySelectorAll("fieldset")].map((each) => [each.dataset.block, Object.fromEntries(
    [...each.querySelectorAll("input")].map((input) => [input.dataset.word, input.value]),
  )]);
  return fields.length > 0 ? Object.fromEntries(fields) : null;
}
