// What a form can judge without the house: what a cell may hold, and the checks of the form (hints.py gives them as data).
// Decimals are added exactly, as the house does.

// A figure as digits and their places after the point; null where the text is none, or blank.
function figure(text) {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!found || !(found[2] || found[3])) return null;
  const after = found[3] ?? "";
  return { digits: BigInt(found[2] + after) * (found[1] === "-" ? -1n : 1n), places: after.length };
}

const raised = (one, places) => one.digits * 10n ** BigInt(places - one.places);

function sum(cells, textOf) {
  const figures = cells.map((cell) => figure(textOf(cell) ?? ""));
  if (figures.includes(null)) return null;
  const places = Math.max(...figures.map((one) => one.places));
  return { digits: figures.reduce((all, one) => all + raised(one, places), 0n), places };
}

function written({ digits, places }) {
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
  return (digits < 0n ? "-" : "") + (places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text);
}

// What does not fit: `textOf(cell)` is what stands in a cell by its id. With a blank cell nothing is said.
export function hintsOf(checks, textOf) {
  const told = [];
  for (const check of checks) {
    const whole = sum(check.whole, textOf), part = sum(check.part, textOf);
    if (!whole || !part) continue;
    const places = Math.max(whole.places, part.places);
    const more = raised(part, places) - raised(whole, places);
    if (more > 0n || (check.kind === "sum" && more !== 0n)) {
      told.push(check.text.replaceAll("{part}", () => written(part)).replaceAll("{whole}", () => written(whole)));
    }
  }
  return told;
}

const KINDS = {
  count: /^(?:\+?\d{1,40}|-0{1,40})(?:\.0*)?$/,
  number: /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?$/,
  boolean: /^(?:true|t|1|y|yes|false|f|0|n|no)$/i,
};

// Whether the house would take the text into a cell of this kind; a blank takes back what was there.
export const isOfKind = (kind, text) => text === "" || !KINDS[kind] || KINDS[kind].test(text);
