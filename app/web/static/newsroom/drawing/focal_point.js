// The point of a picture that stays in sight when it is cropped: a press on the picture, or two sliders by keyboard.

import { element } from "../../entries.js";
import { focalAt } from "../pure/draft_pictures.js";

/** Draw a picture with its focal point. `changed` gets the new point. Returns {box, sliders, show(focal), picture}. */
export function drawFocalPoint({ focal, label, changed }) {
  const picture = element("img", { alt: "", draggable: "false" });
  const point = element("span", { class: "focal", "aria-hidden": "true" });
  const frame = element("span", { class: "framed" }, picture, point);
  const slider = (words) => element("input", {
    type: "range", min: "0", max: "100", step: "1", "data-focal": "", "aria-label": `${label}: focal point, ${words}`,
  });
  const [across, down] = [slider("from the left, in percent"), slider("from the top, in percent")];
  const show = (at) => {
    point.hidden = !at;
    point.style.insetInlineStart = `${(at?.x ?? 0.5) * 100}%`;
    point.style.insetBlockStart = `${(at?.y ?? 0.5) * 100}%`;
    across.value = String(Math.round((at?.x ?? 0.5) * 100));
    down.value = String(Math.round((at?.y ?? 0.5) * 100));
  };
  const set = (at) => {
    show(at);
    changed(at);
  };
  picture.addEventListener("click", (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    if (width > 0 && height > 0) set(focalAt((event.clientX - left) / width, (event.clientY - top) / height));
  });
  for (const each of [across, down]) {
    each.addEventListener("input", () => set(focalAt(Number(across.value) / 100, Number(down.value) / 100)));
  }
  show(focal);
  const sliders = element(
    "details", { class: "focal-point" },
    element("summary", {}, "Focal point"),
    element("p", { class: "hint" }, "What stays in sight when the picture is cropped. Press on the picture, or use these:"),
    element("label", {}, "From the left", across),
    element("label", {}, "From the top", down),
  );
  return { box: element("div", { class: "preview" }, frame), sliders, show, picture };
}
