// Texts that are higher than their place, and scroll in it: they have a place in the order of the Tab key for as long.

const sizes = new ResizeObserver((changed) => {
  for (const { target } of changed) {
    const scrolls = target.scrollHeight > target.clientHeight + 1;
    if (scrolls) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

/** Let a text be scrolled by keys where it has to be, and until its size is known. Returns its element, named as a group. */
export function scrolledByKeys(place, label) {
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", label);
  place.tabIndex = 0;
  sizes.observe(place);
  return place;
}
