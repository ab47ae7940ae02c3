// Opens the viewer of the API's description. Its script, loaded before this one, is all it needs: no other host.
// What the viewer leaves without a name, or out of reach of the keyboard, is given both as it is drawn.

const place = document.getElementById("api");
const PARTS = [
  [".information-container", "region", "About"], [".schemes-server-container", "region", "Server"], [".modal-ux", "dialog", "Credentials"],
];

/** Return a component that draws a path as words: within a button, which does what the link would, there is no link. */
function pathWithoutLink(_, { React }) {
  return ({ text }) => React.createElement("span", { className: "nostyle" }, text);
}

/** Name what has no name, let what scrolls be reached by keys, and give headings their level and parts their role. */
function mend() {
  for (const [selector, role, label] of PARTS) {
    for (const part of place.querySelectorAll(`${selector}:not([role])`)) {
      part.setAttribute("role", role);
      part.setAttribute("aria-label", label);
    }
  }
  for (const table of place.querySelectorAll("table[role=region]")) table.removeAttribute("role");
  for (const heading of place.querySelectorAll(":is(h3, h4, h5):not([aria-level])")) {
    heading.setAttribute("aria-level", String(Number(heading.tagName[1]) - 1));
  }
  for (const field of place.querySelectorAll("textarea:not([aria-label])")) field.setAttribute("aria-label", "Body");
  for (const select of place.querySelectorAll("select:not([aria-label])")) {
    const row = select.closest("tr")?.querySelector(".parameter__name, .response-col_status")?.textContent.trim();
    select.setAttribute("aria-label", select.id === "servers" ? "Server" : `Choice for ${row || "the body"}`);
  }
  for (const code of place.querySelectorAll(".microlight:not([tabindex])")) code.tabIndex = 0;
  for (const close of place.querySelectorAll(".close-modal:not([aria-label])")) close.setAttribute("aria-label", "Close");
}

new MutationObserver(mend).observe(place, { childList: true, subtree: true });

window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  plugins: [() => ({ wrapComponents: { DeepLink: pathWithoutLink } })],
});
