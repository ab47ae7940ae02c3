// People and tokens, for admins: invite, disable, revoke, revert.

import { element } from "../../entries.js";
import { ask, button, isShowing, show, sure } from "../drawing/dialogs.js";
import { makeInvitation, showInvitation } from "./invitation.js";
import { problemPlace } from "../drawing/notices.js";
import { forgetPicture, imageOf, pictureField, pictureSent } from "../parts/picture_field.js";
import { get, send } from "../drawing/session.js";
import { readSites } from "./sites.js";
import { drawTokens, makeToken } from "./tokens.js";
import { roleLines, rolesBody } from "../pure/sites.js";
import { askToRevert } from "./revert_token.js";

const OPERATOR = { id: "admin", label: "The operator’s own token", kind: "operator" };

/** Show people and tokens; once more, with the group that is `open`, unless they have been closed meanwhile. Throws a problem. */
export async function showPeople(open = null) {
  const [{ body: { items: people } }, { body: { items: tokens } }] = await Promise.all([
    get("/v1/newsroom/people"), get("/v1/newsroom/tokens"),
  ]);
  if (open !== null && !isShowing()) return;
  const { beside, trying } = problemPlace();
  const press = (words, action) => button(words, () => trying(action));
  const bots = tokens.filter(({ person }) => person === null);
  show(
    "People and tokens",
    beside,
    people.map((person) => drawPerson(person, tokens.filter((token) => token.person === person.id), { open, press })),
    drawGroup("bots", "Bots, and the operator", open, [
      element("p", { class: "actions" }, press("New bot", () => makeToken())),
      drawTokens([...bots, OPERATOR], buttonsOf("bots", press)),
    ]),
  );
  document.querySelector("#show details[open] > summary")?.focus();
}

function drawPerson(person, tokens, { open, press }) {
  const { id, name, role, disabled_at: disabled } = person;
  const path = `/v1/newsroom/people/${id}`;
  const [words, action, then] = disabled
    ? ["Let in again", "enable", "What was not revoked works again."]
    : ["Keep out for now", "disable", "Nothing of theirs is let in until they are let in again."];
  const revoked = "Tokens, sessions and invitations end for good; what they wrote stays.";
  return drawGroup(id, `${name}, ${person.sites ? roleLines(person.sites).replaceAll("\n", ", ") : role}${disabled ? " (kept out)" : ""}`, open, [
    element(
      "p", { class: "actions" },
      disabled ? null : press("Invitation link", async () => showInvitation(person, await makeInvitation(person))),
      press("Change", () => changePerson(person)),
      disabled ? null : press("New token", () => makeToken(person)),
      press(words, () => doing(id, words, `${words}: ${name}? ${then}`, `${path}/${action}`)),
      press("Revoke all", () => doing(id, "Revoke all", `Revoke all that lets ${name} in? ${revoked}`, `${path}/revoke`)),
    ),
    drawTokens(tokens, buttonsOf(id, press)),
  ]);
}

function drawGroup(id, title, open, content) {
  return element("details", { "data-person": id, open: id === open }, element("summary", {}, title), ...content);
}

/** Return the function that draws the buttons of each token of a group. */
function buttonsOf(group, press) {
  return ({ id, label, kind, revoked_at: revoked }) => {
    const question = `Revoke “${label}”? It opens nothing from then on; what it wrote stays.`;
    const revoke = () => doing(group, "Revoke", question, `/v1/newsroom/tokens/${id}/revoke`);
    return [
      revoked || kind === "operator" ? null : press("Revoke", revoke),
      press("Undo what it did", () => askToRevert({ id, label })),
    ];
  };
}

/** Ask for a person's new name, role and byline; what they have written stays as it is. */
async function changePerson(person) {
  const face = pictureField({
    name: "avatar", label: "Picture beside their name", isFace: true, current: person.avatar ? { url: person.avatar } : null,
  });
  const sites = await readSites();
  const some = {
    name: "sites", label: "In some sites alone, one a line", rows: 2, value: roleLines(person.sites),
    hint: `Like ${sites.at(-1).slug}: editor. Left empty, the role above holds in all.`,
  };
  const fields = [
    { name: "name", label: "Name", value: person.name, required: true },
    { name: "role", label: "Role", options: ["reporter", "editor", "admin"], value: person.role },
    ...(sites.length > 1 || person.sites ? [some] : []),
    { name: "byline", label: "What stands under their entries", value: person.byline ?? "", hint: "Left empty, the name." },
    face,
  ];
  const path = `/v1/newsroom/people/${person.id}`;
  const save = async ({ byline, avatar, name, ...roles }) => {
    await pictureSent(avatar);
    const role = rolesBody(roles, person.sites);
    await send("PATCH", path, { name, ...role, byline: byline || null, ...avatarOf(avatar, face.value) });
    forgetPicture(avatar);
  };
  const given = await ask({ title: `Change what is known of ${person.name}`, yes: "Save", fields, send: save });
  if (given) await showPeople(person.id);
}

/** Return what is to be changed of a person's picture: nothing where it is as it was. */
function avatarOf(now, before) {
  if (now === before) return {};
  return now ? { avatar_media: imageOf(now).media } : { avatar: null };
}

async function doing(group, words, question, path) {
  if (await sure(question, words, () => send("POST", path, {}))) await showPeople(group);
}
