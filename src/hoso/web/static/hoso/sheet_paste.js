// A block of a spreadsheet pasted into the form: one column goes down cell by cell, several columns go into the parts of
// one row each. Blank cells are passed over; every other one is saved like a typed one, and what became of it is told.
import { blockOf, plainFigures } from "./pasted_figures.js";
import { addUp, cells, kept, save } from "./sheet.js";

const MOST = 2000;
const sheet = document.getElementById("sheet");
const state = document.getElementById("state");
const told = document.getElementById("pasted");
const question = document.getElementById("paste-question");
const words = told.dataset;
let undoable = [];
let busy = false;

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// The cells that a block goes into, beside their texts; a text says why it does not fit.
function placed(block, start) {
  const wide = Math.max(...block.map((line) => line.length));
  if (block.length * wide > MOST) return fill(words.most, { most: MOST });
  if (wide === 1) {
    const rest = cells.slice(cells.indexOf(start));
    if (block.length > rest.length) return fill(words.long, { lines: block.length, room: rest.length });
    return block.map(([text], at) => [rest[at], text]);
  }
  const rows = grouped();
  const keys = [...rows.keys()];
  const from = keys.indexOf(start.dataset.row);
  const column = rows.get(start.dataset.row).indexOf(start);
  if (block.length > keys.length - from) return fill(words.long, { lines: block.length, room: keys.length - from });
  const found = [];
  for (const [at, line] of block.entries()) {
    const parts = rows.get(keys[from + at]).slice(column);
    const filled = line.findLastIndex((text) => text !== "") + 1;
    if (filled > parts.length) return fill(words.wide, { line: at + 1, columns: filled, room: parts.length });
    for (const [place, text] of line.slice(0, filled).entries()) found.push([parts[place], text]);
  }
  return found;
}

function grouped() {
  const rows = new Map();
  for (const cell of cells) rows.set(cell.dataset.row, [...(rows.get(cell.dataset.row) ?? []), cell]);
  return rows;
}

function ask(text, either) {
  question.querySelector("[data-asked]").textContent = fill(words.ask, { text });
  for (const button of question.querySelectorAll("button[value]")) {
    const plain = either[button.value];
    if (!plain) continue;
    const sign = document.documentElement.lang === "en" ? "." : ",";
    button.textContent = fill(plain.includes(".") ? words.decimal : words.whole, { text: plain.replace(".", sign) });
  }
  question.returnValue = "";
  question.showModal();
  return new Promise((answer) => question.addEventListener("close", () => answer(question.returnValue), { once: true }));
}

function named(cell) {
  return document.getElementById(cell.getAttribute("aria-labelledby")).textContent.trim();
}

function tell(text, refused = [], wrong = false) {
  told.hidden = false;
  told.classList.toggle("warn", wrong || refused.length > 0);
  told.querySelector("[data-summary]").textContent = text;
  told.querySelector("ul").replaceChildren(...refused.map(([cell, value, why]) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${encodeURIComponent(cell.id)}`;
    link.textContent = named(cell);
    line.append(link, ` (${value}): ${why}`);
    return line;
  }));
  told.querySelector("button").hidden = undoable.length === 0;
}

// One after the other, so that each cell's answer is its own.
async function write(pairs) {
  const taken = [];
  const refused = [];
  for (const [at, [cell, value]] of pairs.entries()) {
    state.textContent = fill(words.running, { at: at + 1, all: pairs.length });
    const before = kept.get(cell);
    cell.value = value;
    await save(cell);
    if (["wrong", "conflict"].includes(cell.dataset.state)) refused.push([cell, value, state.textContent]);
    else taken.push([cell, before]);
  }
  addUp();
  return { taken, refused };
}

async function paste(start, text) {
  undoable = [];
  const found = placed(blockOf(text), start);
  if (typeof found === "string") return tell(found, [], true);
  const given = found.filter(([, one]) => one !== "");
  const plain = await plainFigures(given.map(([, one]) => one), given.map(([cell]) => cell.inputMode), ask);
  if (!plain) return tell(words.left, [], true);
  const { taken, refused } = await write(given.map(([cell], at) => [cell, plain[at]]));
  undoable = taken;
  const blank = found.length - given.length;
  tell(fill(words.done, { taken: taken.length, refused: refused.length, blank }), refused);
}

async function alone(work) {
  if (busy) return;
  busy = true;
  sheet.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    busy = false;
    sheet.removeAttribute("aria-busy");
  }
}

sheet.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!kept.has(event.target) || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return; // one figure: the browser's own paste
  event.preventDefault();
  alone(() => paste(event.target, text));
});
told.querySelector("button").addEventListener("click", () =>
  alone(async () => {
    const back = undoable;
    undoable = [];
    const { taken, refused } = await write(back);
    tell(fill(words.undone, { taken: taken.length, refused: refused.length }), refused);
  }),
);
