// Everybody of the newsroom and what opens its doors, for admins: inviting, keeping out, taking back, undoing.

import { element, when } from "../entries.js";
import { button, show, sure } from "./dialogs.js";
import { makeInvitation, showInvitation } from "./invitation.js";
import { problemPlace } from "./notices.js";
import { get, send } from "./session.js";
import { askToUndo } from "./undoing.js";
import { ownZone } from "./zones.js";

const OPERATOR = { id: "admin", label: "The operator’s own token", kind: "operator" };

/** Show people and tokens. `open` is the id of whom to show first. Throws a problem. */
export async function showPeople(open = null) {
  const [{ body: { items: people } }, { body: { items: tokens } }] = await Promise.all([
    get("/v1/newsroom/people"), get("/v1/newsroom/tokens"),
  ]);
  const { beside, trying } = problemPlace();
  const press = (words, action) => button(words, () => trying(action));
  const bots = tokens.filter(({ person }) => person === null);
  show(
    "People and tokens",
    beside,
    people.map((person) => drawPerson(person, tokens.filter((token) => token.person === person.id), { open, press })),
    drawGroup("bots", "Bots, and the operator", open, drawTokens([...bots, OPERATOR], "bots", press)),
  );
  document.querySelector("#show details[open] > summary")?.focus();
}

function drawPerson(person, tokens, { open, press }) {
  const { id, name, role, disabled_at: disabled } = person;
  const path = `/v1/newsroom/people/${id}`;
  const keepOut = disabled
    ? ["Let in again", `Let ${name} in again? What was not revoked works again.`, `${path}/enable`]
    : ["Keep out for now", `Keep ${name} out for now? Nothing of theirs is let in until they are let in again.`, `${path}/disable`];
  const revoke = `Revoke everything that lets ${name} in? Tokens, sessions and invitations end for good; what they wrote stays.`;
  return drawGroup(id, `${name}, ${role}${disabled ? " (kept out)" : ""}`, open, [
    element(
      "p", { class: "actions" },
      disabled ? null : press("Invitation link", async () => showInvitation(person, await makeInvitation(person))),
      press(keepOut[0], () => doing(id, ...keepOut)),
      press("Revoke all", () => doing(id, "Revoke all", revoke, `${path}/revoke`)),
    ),
    ...drawTokens(tokens, id, press),
  ]);
}

function drawGroup(id, title, open, content) {
  return element("details", { "data-person": id, open: id === open }, element("summary", {}, title), ...content);
}

function drawTokens(tokens, group, press) {
  if (tokens.length === 0) return [element("p", { class: "hint" }, "No tokens and no sessions.")];
  return [element("ul", { class: "people" }, tokens.map((token) => drawToken(token, group, press)))];
}

function drawToken(token, group, press) {
  const { id, label, kind, revoked_at: revoked } = token;
  const question = `Revoke “${label}”? It opens nothing from then on; what it wrote stays.`;
  return element(
    "li", { "data-token": id },
    element("p", {}, element("b", {}, label), element("span", { class: "hint" }, ` ${stateOf(token)}`)),
    element(
      "p", { class: "actions" },
      revoked || kind === "operator" ? null
        : press("Revoke", () => doing(group, "Revoke", question, `/v1/newsroom/tokens/${id}/revoke`)),
      press("Undo what it did", () => askToUndo(token)),
    ),
  );
}

function stateOf({ kind, role, revoked_at: revoked, expires_at: expires, last_used_at: used }) {
  return [
    [kind, role].filter(Boolean).join(", "),
    revoked ? `revoked ${moment(revoked)}` : expires && `ends ${moment(expires)}`,
    used && `used ${moment(used)}`,
  ].filter(Boolean).join(" · ");
}

function moment(at) {
  const { time, date } = when(at, { language: "en", time_zone: ownZone() });
  return `${time}, ${date}`;
}

async function doing(group, words, question, path) {
  if (await sure(question, words, () => send("POST", path, {}))) await showPeople(group);
}
