// A form that is filled in: Enter and the arrows walk through the cells, each saves itself when it is left. Without a line
// what was typed waits in the browser (waiting_cells.js) and stands in its cell again when the page is opened.
import { hintsOf, isOfKind } from "./sheet_hints.js";
import { flush, start } from "./waiting_banner.js";
import { forget, trouble, type } from "./waiting_cells.js";
import { entriesOf } from "./waiting_store.js";

const sheet = document.getElementById("sheet");
const all = new Map([...sheet.querySelectorAll("input[data-row]")].map((cell) => [cell.id, cell]));
export const cells = [...all.values()].filter((cell) => !cell.disabled);
const state = document.getElementById("state");
const hints = document.getElementById("hints");
const checks = JSON.parse(document.getElementById("checks").textContent);
const { account } = document.getElementById("waiting-cells").dataset;
const address = sheet.dataset.cell;
export const kept = new Map(cells.map((cell) => [cell, cell.value])); // what was last given to be saved
const stored = new Map(kept); // what the house holds, as far as this page knows
const painted = new Map();
let withoutLine = false;

function say(text, wrong = false) {
  state.textContent = text;
  state.classList.toggle("wrong", wrong);
}

// Of rows whose lines add up: the sum of those that are filled in, nothing where none is.
export function addUp() {
  for (const output of sheet.querySelectorAll("output[data-sum-of]")) {
    const parts = [...sheet.querySelectorAll(`input[data-row="${output.dataset.sumOf}"]`)];
    const figures = parts.map((cell) => cell.value.trim()).filter((text) => text !== "" && Number.isFinite(Number(text)));
    output.textContent = figures.length ? figures.reduce((sum, text) => sum + Number(text), 0) : "";
  }
}

function showHints(texts, alone = false) {
  hints.hidden = texts.length === 0;
  hints.querySelector("p").hidden = !alone;
  hints.querySelector("ul").replaceChildren(...texts.map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
}

// Beside a cell that the record proposes a figure for: what to take, by how much it differs, and why.
function beside(cell, name) {
  return cell.closest("tr").querySelector(name);
}

function compare(cell) {
  const take = beside(cell, "[data-take]");
  if (!take) return;
  const value = cell.value.trim();
  const differs = value !== "" && Number(value) !== Number(take.dataset.take);
  take.hidden = value !== "" && !differs;
  beside(cell, ".difference").hidden = !differs;
  beside(cell, "[data-difference]").textContent = differs ? Number(value) - Number(take.dataset.take) : "";
  if (!differs) beside(cell, "[data-reason]").hidden = true;
}

function mark(cell, how) {
  if (how) cell.dataset.state = how;
  else delete cell.dataset.state;
  cell.setAttribute("aria-invalid", String(how === "wrong" || how === "conflict"));
  document.getElementById(cell.getAttribute("aria-describedby")).textContent = how ? state.dataset[`${how}Word`] : "";
}

// Every cell as its last entry has it; one whose entry was let go shows again what the house holds.
function paint(entries) {
  const here = new Map(entries.filter((entry) => entry.address === address && kept.has(all.get(entry.cell)))
    .map((entry) => [all.get(entry.cell), entry]));
  for (const [cell, entry] of painted) {
    if (here.has(cell) || entry.state === "saved") continue;
    cell.value = entry.conflict ? entry.conflict.value : entry.seen;
    kept.set(cell, cell.value);
    stored.set(cell, cell.value);
    mark(cell, "");
    compare(cell);
  }
  for (const [cell, entry] of here) mark(cell, entry.state === "waiting" ? (trouble ? "waiting" : "saving") : entry.state);
  painted.clear();
  for (const [cell, entry] of here) painted.set(cell, entry);
  addUp();
}

function told(entries, entry, answer) {
  paint(entries);
  const begins = trouble && !withoutLine;
  withoutLine = Boolean(trouble);
  if (entry?.address !== address) return;
  if (answer) speak(all.get(entry.cell), entry, answer);
  else if (begins) alone(all.get(entry.cell)); // later ones are told when they are typed
}

function speak(cell, entry, answer) {
  if (answer.saved) stored.set(cell, answer.stands);
  if (cell.value.trim() !== entry.value) return; // changed again meanwhile: the later save speaks
  if (answer.saved) {
    cell.value = answer.stands;
    kept.set(cell, answer.stands);
  }
  say(answer.saved ? state.dataset.saved : answer.message, !answer.saved);
  compare(cell);
  if (answer.asks_reason) {
    beside(cell, "[data-reason]").hidden = false;
    if (cell.closest("tr").nextElementSibling?.contains(document.activeElement)) beside(cell, "[data-reason]").focus();
  } else if (answer.hints) {
    showHints(answer.hints);
  }
}

// Without a line the form judges by itself.
function alone(cell) {
  const fits = isOfKind(cell.dataset.kind, cell.value.trim());
  say(fits ? state.dataset.waiting : state.dataset.kind, !fits);
  cell.setAttribute("aria-invalid", String(!fits));
  showHints(hintsOf(checks, (id) => all.get(id)?.value), true);
}

// Resolves when the house has answered, or where there is no line: the cell's state tells.
export async function save(cell, again = false) {
  const value = cell.value.trim();
  if (value === kept.get(cell) && cell.dataset.state !== "wrong" && !again) return flush();
  kept.set(cell, value);
  mark(cell, trouble ? "waiting" : "saving");
  if (trouble) alone(cell);
  else say(state.dataset.saving);
  compare(cell);
  const why = beside(cell, "[data-reason]");
  const reason = why && !why.hidden ? why.value.trim() : "";
  const label = `${document.querySelector("h1").textContent}, ${sheet.dataset.period}: ${cell.closest("tr").querySelector("th").textContent}`;
  try {
    const { row, options } = cell.dataset;
    await type({ address, cell: cell.id, row, options, value, reason, seen: stored.get(cell), label });
  } catch {
    kept.delete(cell); // this browser keeps nothing: the figure stays on the screen, Enter tries again
    mark(cell, "wrong");
    say(state.dataset.failed, true);
  }
}

sheet.addEventListener("focusout", (event) => {
  if (cells.includes(event.target)) save(event.target);
});
sheet.addEventListener("input", addUp);
sheet.addEventListener("click", (event) => {
  const take = event.target.closest("[data-take]");
  if (!take) return;
  const cell = beside(take, "input[data-row]");
  cell.value = take.dataset.take;
  addUp();
  save(cell);
  cell.focus();
});
sheet.addEventListener("change", (event) => {
  if (event.target.matches("[data-reason]") && event.target.value.trim()) save(beside(event.target, "input[data-row]"), true);
});
sheet.addEventListener("keydown", (event) => {
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = cells.indexOf(event.target);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const next = cells[Math.min(Math.max(at + step, 0), cells.length - 1)];
  if (next === event.target) save(next);
  next.focus();
  next.select();
});

// What this browser knows better than a page that was kept, or that is as fresh as it.
async function restore() {
  const mine = (await entriesOf(account)).filter((entry) => entry.address === address && kept.has(all.get(entry.cell)));
  const shown = (entry) => entry.state === "saved" && entry.at <= Number(sheet.dataset.readAt);
  await forget(account, mine.filter(shown));
  for (const entry of mine.filter((one) => !shown(one))) {
    const cell = all.get(entry.cell);
    cell.value = entry.value;
    kept.set(cell, entry.value);
    if (entry.state === "saved") stored.set(cell, entry.value);
    compare(cell);
  }
}

addUp();
await restore().catch(() => {});
start(told);
// Until here they could only be read: what is typed before somebody listens, or before what waits stands in its cell, is lost.
for (const cell of cells) cell.readOnly = false;
// Who comes from a list of findings stands in the cell.
document.getElementById(decodeURIComponent(location.hash.slice(1)))?.focus();
