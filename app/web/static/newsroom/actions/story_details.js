// The form of a story's details: its picture, section, tags, publisher, event, start, and when it ends by itself.

import { askToChange } from "../conflicts/conflict_edit.js";
import { quotedStory } from "../drawing/quotes.js";
import { forgetPicture, imageOf as uploadedOf, pictureField, pictureSent } from "../parts/picture_field.js";
import { fromZone, inZone } from "../pure/time_zones.js";
import { tagsFrom } from "../pure/writing.js";

const WORDS = ["alt", "caption", "credit"];
const MINUTE = 60; // in seconds

/** Ask for a story's details, and change them. Returns true once something was changed. Throws a problem. */
export async function editDetails(story) {
  const zone = story.time_zone;
  let sent = "";
  const isChanged = await askToChange({
    title: "Picture, tags, event and times",
    about: quotedStory(story),
    read: `/v1/newsroom/stories/${story.id}`,
    write: { method: "PATCH", path: `/v1/stories/${story.id}` },
    fieldsOf: (now) => fieldsOf(now, zone),
    bodyOf: (changed, now) => bodyOf(changed, now, zone),
    before: async ({ lead }) => {
      await pictureSent(lead);
      sent = lead;
    },
  });
  if (isChanged) forgetPicture(sent);
  return isChanged;
}

function fieldsOf({ image, section, tags, publisher, about, coverage_start: start, settings }, zone) {
  const silence = settings.auto_end_after;
  const linked = linkedIn(image);
  return [
    pictureField({ name: "lead", label: "Lead picture", current: linked ? null : image }),
    { name: "image", label: "Or a picture of another site (its address)", type: "url", value: linked?.url ?? "" },
    { name: "alt", label: "What it shows, for those who cannot see it", value: linked?.alt ?? "" },
    { name: "caption", label: "Caption", value: linked?.caption ?? "" },
    { name: "credit", label: "Credit", value: linked?.credit ?? "" },
    { name: "section", label: "Section", value: section ?? "" },
    { name: "tags", label: "Tags, parted by commas", value: tags.map(({ label }) => label).join(", ") },
    { name: "publisher", label: "Publisher, if it is not this site", value: publisher?.name ?? "" },
    { name: "publisher_url", label: "Address of the publisher", type: "url", value: publisher?.url ?? "" },
    { name: "event", label: "Event that is covered", value: about?.name ?? "" },
    { name: "event_place", label: "Place of the event", value: about?.place ?? "" },
    {
      name: "event_start", label: `The event begins at (time in ${zone})`, type: "datetime-local",
      value: inZone(about?.start ?? null, zone),
    },
    {
      name: "coverage_start", label: `Coverage begins at (time in ${zone})`, type: "datetime-local",
      value: inZone(start, zone), hint: "A story that is scheduled or announced goes live then.",
    },
    {
      name: "auto_end_after", label: "Ends by itself after so many minutes without a new entry", type: "number", min: 1,
      value: silence === null ? "" : String(silence / MINUTE), hint: "Left empty, it ends when somebody ends it.",
    },
  ];
}

/** Return a story's picture if it is one of another site; null for an uploaded one. */
function linkedIn(image) {
  return image && !image.media ? image : null;
}

function bodyOf({
  section, tags, coverage_start: start, auto_end_after: minutes, lead, publisher, publisher_url: url, event,
  event_place: place, event_start: begins, ...picture
}, now, zone) {
  const body = {
    ...named("publisher", { name: publisher, url }, now.publisher),
    ...named("about", { name: event, place, start: begins === undefined ? undefined : fromZone(begins, zone) }, now.about),
  };
  if (lead) body.image = uploadedOf(lead);
  else if (Object.keys(picture).length > 0) body.image = imageOf(picture, linkedIn(now.image));
  else if (lead === "") body.image = null;
  if (section !== undefined) body.section = section || null;
  if (tags !== undefined) body.tags = tagsFrom(tags, now.tags);
  if (start !== undefined) body.coverage_start = fromZone(start, zone);
  if (minutes !== undefined) {
    body.settings = { auto_end_after: minutes === "" ? null : Math.round(Number(minutes) * MINUTE) };
  }
  return body;
}

/** Return a member that has a name and more, as it is now with what was changed of it; null without a name. */
function named(member, changed, known) {
  const given = Object.entries(changed).filter(([, value]) => value !== undefined);
  if (given.length === 0) return {};
  const whole = { ...known, ...Object.fromEntries(given.map(([name, value]) => [name, value || null])) };
  if (!whole.name && !changed.name && given.some(([, value]) => value)) throw { detail: "Give it a name, too." };
  return { [member]: whole.name ? withoutNulls(whole) : null };
}

function withoutNulls(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Return the picture as it is now with what was changed of it; the same picture keeps its size. */
function imageOf(changed, known) {
  const { image: url, ...words } = { image: known?.url, ...known, ...changed };
  if (!url) return null;
  const written = WORDS.filter((name) => words[name]).map((name) => [name, words[name]]);
  const sized = known?.url === url ? ["width", "height"].filter((name) => known[name]) : [];
  const size = sized.map((name) => [name, known[name]]);
  return { url, ...Object.fromEntries([...size, ...written]) };
}
