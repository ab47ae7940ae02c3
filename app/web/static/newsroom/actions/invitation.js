// Invitations: links that sign a person in once, within a day.

import { element } from "../../entries.js";
import { ask, show } from "../drawing/dialogs.js";
import { get, keysForTries, send } from "../drawing/session.js";

/** Ask for a person's name, add them if nobody has it, and show their link. Throws a problem. */
export async function inviteSomebody() {
  const keyFor = keysForTries();
  let invited = null;
  await ask({
    title: "Invite somebody",
    yes: "Make a link",
    fields: [
      { name: "name", label: "Name", required: true },
      { name: "role", label: "Role of somebody new", options: ["reporter", "editor", "admin"] },
    ],
    send: async (given) => {
      const { body: { items: people } } = await get("/v1/newsroom/people");
      const known = people.filter(({ name }) => name === given.name);
      if (known.length > 1) throw { detail: `There are several people called ${given.name}: invite theirs under People.` };
      const person = known[0] ?? await send("POST", "/v1/newsroom/people", given, { key: keyFor(given) });
      invited = [person, await makeInvitation(person)];
    },
  });
  if (invited) showInvitation(...invited);
}

/** Create a person's invitation link. Throws a problem. */
export function makeInvitation({ id }) {
  return send("POST", "/v1/newsroom/invites", { person: id });
}

/** Show a link, with its QR code for a phone. */
export function showInvitation({ name, role }, { url, qr_svg: picture }) {
  const code = element("div", { class: "qr" });
  code.innerHTML = picture; // made by our server, of an address of ours
  show(
    `For ${name} (${role}) alone, once, within a day`,
    code, element("label", {}, "Link", element("input", { readonly: true, value: url })),
  );
}
