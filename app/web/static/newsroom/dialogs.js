// Dialogs: questions with fields, yes or no, and things to look at.

import { element } from "../entries.js";

/** A button that runs `press`. */
export function button(words, press, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", press);
  return made;
}

/** Show something until it is closed. */
export function show(title, ...content) {
  const dialog = document.getElementById("show");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".shown").replaceChildren(...content.flat());
  if (!dialog.open) dialog.showModal();
  return dialog;
}

/** Ask for some fields; gives them, or null when the person thought better of it. */
export function ask({ title, yes, fields }) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".primary").textContent = yes;
  dialog.querySelector(".fields").replaceChildren(...fields.map(drawField));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const form = new FormData(dialog.querySelector("form"));
      const value = ({ name, type }) => (type === "checkbox" ? form.has(name) : form.get(name).trim());
      const given = Object.fromEntries(fields.map((field) => [field.name, value(field)]));
      resolve(dialog.returnValue === "yes" ? given : null);
    }, { once: true });
  });
}

/** Ask a question without fields: true or false. */
export async function sure(title, yes) {
  return (await ask({ title, yes, fields: [] })) !== null;
}

function drawField({ name, label, rows, options, type, required, value = "" }) {
  if (type === "checkbox") {
    return element("label", { class: "tick" }, element("input", { name, type, checked: value === true }), label);
  }
  return element("label", {}, label, drawControl({ name, rows, options, type, required, value }));
}

function drawControl({ name, rows, options, type, required, value }) {
  if (options) return element("select", { name }, options.map((word) => element("option", {}, word)));
  if (rows) return element("textarea", { name, rows, required }, value);
  return element("input", { name, type, value, required });
}
