// Places for advertisements behind entries that come by script, on a page whose theme has some: like those that the server
// drew, with what the theme's ad.html puts into each.

import { AdSlots } from "../host_page.js";

const AFTER = "{after}"; // stands in the template for the id of the entry before a place

/** Return the places of the timeline in `main`, which has the template of what is in each. */
export function adPlaces(main, template) {
  return new AdSlots(main, Number(template.dataset.every), (content, after) => {
    for (const node of content.querySelectorAll("*")) {
      for (const { name, value } of [...node.attributes]) {
        if (value.includes(AFTER)) node.setAttribute(name, value.replaceAll(AFTER, after));
      }
    }
  });
}
