// A form that is filled in: Enter and the arrows walk through the cells, each saves itself when it is left.
const sheet = document.getElementById("sheet");
export const cells = [...sheet.querySelectorAll("input[data-row]:not([disabled])")];
const state = document.getElementById("state");
const hints = document.getElementById("hints");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
export const kept = new Map(cells.map((cell) => [cell, cell.value]));

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

function showHints(texts) {
  hints.hidden = texts.length === 0;
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

export async function save(cell, again = false) {
  const value = cell.value.trim();
  if (value === kept.get(cell) && cell.dataset.state !== "wrong" && !again) return;
  cell.dataset.state = "saving";
  say(state.dataset.saving);
  const why = beside(cell, "[data-reason]");
  const reason = why && !why.hidden ? why.value.trim() : "";
  const body = new URLSearchParams({ row: cell.dataset.row, options: cell.dataset.options, value, reason });
  try {
    const answer = await fetch(sheet.dataset.cell, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (cell.value.trim() !== value) return; // changed again meanwhile: the later save speaks
    cell.dataset.state = told.saved ? "saved" : "wrong";
    cell.setAttribute("aria-invalid", String(!told.saved));
    if (told.saved) kept.set(cell, value);
    say(told.saved ? state.dataset.saved : told.message, !told.saved);
    compare(cell);
    if (told.asks_reason) {
      why.hidden = false;
      why.focus();
    } else {
      showHints(told.hints);
    }
  } catch {
    cell.dataset.state = "wrong";
    say(state.dataset.failed, true);
  }
}

sheet.addEventListener("focusout", (event) => {
  if (kept.has(event.target)) save(event.target);
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
addUp();
// Who comes from a list of findings stands in the cell.
document.getElementById(decodeURIComponent(location.hash.slice(1)))?.focus();
