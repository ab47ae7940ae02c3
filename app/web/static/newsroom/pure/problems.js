// Problems of the API as sentences for a person. Pure.

const UNREACHABLE = "The server cannot be reached. Nothing typed is lost; try again in a moment.";

/** Return each value that cannot be accepted as a line, or the problem's own sentence if there is none. */
export function problemText({ detail, errors = [] }) {
  const lines = errors.map(({ pointer, detail: what }) => (pointer ? `${pathIn(pointer).join(" › ")}: ${what}` : what));
  return lines.join("\n") || (detail ?? UNREACHABLE);
}

/** Return what is wrong with each field of a form that `has(name)`, by name, and the sentence for all the rest. */
export function fieldErrors({ detail, errors = [] }, has) {
  const named = {};
  const rest = [];
  for (const error of errors) {
    const name = pathIn(error.pointer).reverse().find((part) => has(part));
    if (name) named[name] = [named[name], error.detail].filter(Boolean).join(" ");
    else rest.push(error);
  }
  if (errors.length > 0) return { named, rest: rest.length > 0 ? problemText({ detail, errors: rest }) : "" };
  return { named, rest: detail ?? UNREACHABLE };
}

function pathIn(pointer) {
  return (pointer ?? "").split("/").filter(Boolean);
}
