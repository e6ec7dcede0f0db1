// How many typed cells wait and why, on every page of forms; and the choice where somebody else wrote the same cell.
import { begin, decide, flush, trouble } from "./waiting_cells.js";
import { cellsOf } from "./waiting_store.js";

const banner = document.getElementById("waiting-cells");
const words = banner.dataset;
const [shown, announced] = banner.querySelectorAll("p");
const choose = banner.querySelector("button");
const signIn = banner.querySelector("a");
const dialog = document.getElementById("waiting-dialog");
let spoke = "";
let troubled = false;
let known = [];

const isOpen = (entry) => entry.state === "conflict" || entry.state === "wrong";

function show(entries) {
  const waiting = cellsOf(entries.filter((entry) => entry.state === "waiting"));
  const open = entries.filter(isOpen);
  const told = [];
  if (trouble === "line") told.push(waiting ? words.line.replace("{n}", waiting) : words.lineOnly);
  else if (trouble && waiting) told.push(words[trouble === "account" ? "otherAccount" : "signIn"].replace("{n}", waiting));
  else if (waiting > 1 || (waiting && troubled)) told.push(words.sending.replace("{n}", waiting));
  if (trouble === "line" && waiting && !navigator.serviceWorker?.controller) told.push(words.stay);
  if (open.length) told.push(words.open.replace("{n}", open.length));
  if (!told.length && troubled) told.push(words.done);
  troubled = told.length > 0 && (troubled || Boolean(trouble)) && told[0] !== words.done;
  shown.textContent = told.join(" ");
  banner.classList.toggle("note", told.length > 0);
  // Spoken when something changes, not with every cell.
  const speaks = told[0] === words.done ? "done" : `${trouble}${open.length || ""}`;
  if (speaks !== spoke) announced.textContent = shown.textContent;
  spoke = speaks;
  choose.hidden = !open.length;
  signIn.hidden = trouble !== "sign-in" || !waiting;
  if (dialog.open) list(open);
}

function line(tag, text, inside = []) {
  const made = document.createElement(tag);
  made.textContent = text;
  made.append(...inside);
  return made;
}

function button(text, entry, mine) {
  const made = line("button", text);
  made.type = "button";
  made.className = mine ? "button small" : "button quiet small";
  made.addEventListener("click", () => decide(entry.id, mine));
  return made;
}

const blank = (value) => (value === "" ? words.blank : value);

function list(entries) {
  if (!entries.length) return dialog.close();
  const items = entries.map((entry) => {
    const typed = new Date(entry.typed).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    const { conflict } = entry;
    const label = line("strong", entry.label);
    const parts = [label, line("p", entry.message), line("p", `${words.mine} ${blank(entry.value)} (${words.typed} ${typed})`)];
    const buttons = [];
    if (conflict) {
      const who = conflict.own ? words.you : conflict.who;
      parts.push(line("p", `${words.theirs} ${blank(conflict.value)}${who ? ` (${who}, ${conflict.when})` : ""}`));
      buttons.push(button(`${words.write} ${blank(entry.value)}`, entry, true), " ", button(`${words.keep} ${blank(conflict.value)}`, entry, false));
    } else {
      buttons.push(button(words.drop, entry, false));
    }
    const acts = line("p", "", buttons);
    acts.className = "actions";
    const item = line("li", "", [...parts, acts]);
    label.id = `w${entry.id}`;
    item.setAttribute("aria-labelledby", label.id);
    return item;
  });
  const inside = dialog.contains(document.activeElement);
  dialog.querySelector("ul").replaceChildren(...items);
  if (inside) dialog.querySelector("ul button").focus(); // the next one to decide
}

choose.addEventListener("click", () => {
  list(known.filter(isOpen));
  dialog.showModal();
});
dialog.addEventListener("close", () => choose.hidden || choose.focus());
signIn.href = `${words.signInAddress}?next=${encodeURIComponent(location.pathname)}`;

// `told` as in waiting_cells.js, for a page that shows the cells themselves.
export function start(told = () => {}) {
  return begin(words.account, Number(words.hours), (entries, entry, answer) => {
    known = entries;
    show(entries);
    told(entries, entry, answer);
  });
}

export { flush };
