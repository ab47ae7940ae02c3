// Loads older entries when the reader comes near the end of those on the page. The link to them stays: for who has not
// scrolled, where the server is out of reach, after so many pages that the end would never be reached, and where replies
// stand below, which would be pushed away.

const PAGES_IN_A_ROW = 10;

/** Have `load` called near the link, once the reader has scrolled (`place` knows). */
export function loadNearTheEnd(link, place, load) {
  if (document.getElementById("comments")) return;
  let left = PAGES_IN_A_ROW;
  const near = new IntersectionObserver(async (seen) => {
    if (!seen.at(-1).isIntersecting || link.hidden || link.ariaBusy === "true") return;
    near.disconnect();
    link.ariaBusy = "true";
    left -= 1;
    try {
      await load();
      link.parentNode.replaceWith(link.parentNode); // put there anew, it has not moved for those who see it
      if (left > 0) near.observe(link.parentNode); // tells again whether it is near
    } catch {
      // Out of reach: the link is there to be pressed.
    } finally {
      link.ariaBusy = "false";
    }
  }, { rootMargin: "0px 0px 150% 0px" });
  window.addEventListener("scroll", function begin() {
    if (place.scrolls === 0) return; // the page itself has brought the reader to an entry
    window.removeEventListener("scroll", begin);
    near.observe(link.parentNode);
  }, { passive: true });
  link.addEventListener("click", () => {
    left = PAGES_IN_A_ROW; // whoever asks for more is given more
    near.observe(link.parentNode);
  });
}
