// Sends typed cells in the order of typing, each once: again after a while where there is no line, never over what somebody
// else wrote meanwhile. States of an entry: waiting, saved, wrong (refused by the house), conflict (its writer chooses).
import { changing, entriesOf } from "./waiting_store.js";

const LONGEST_WAIT = 60_000;
const PATIENCE = 20_000;
const channel = new BroadcastChannel("hoso-cells");
const listeners = [];
let account = "";
let waits = 2_000;
let timer;
let running;
let again = false;
// Why nothing is sent at the moment: "" (all is well), "line", "sign-in" or "account".
export let trouble = navigator.onLine ? "" : "line";

// `told(entries, entry, answer)`: at the start and after each change, with the entry and the answer that it is about where
// there is one. What was saved so many hours ago is forgotten: no kept page is older.
export async function begin(whose, hours, told) {
  account = whose;
  listeners.push(told);
  const old = (entry) => entry.state === "saved" && Date.now() - entry.typed > hours * 3_600_000;
  await changing(account, (entries, put, drop) => Promise.all(entries.filter(old).map(drop)));
  await tell();
  return flush();
}

async function tell(entry, answer, here = true) {
  const entries = await entriesOf(account);
  for (const told of listeners) told(entries, entry, answer);
  if (here) channel.postMessage(account);
}
channel.onmessage = (event) => event.data === account && tell(undefined, undefined, false);

// A random UUID; crypto.randomUUID is missing where the house is served without HTTPS.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

// A value was typed into a cell: {address, cell, row, options, value, reason, seen, label}.
export async function type(typed) {
  await changing(account, (entries, put) => {
    const last = entries.filter((entry) => entry.address === typed.address && entry.cell === typed.cell).at(-1);
    const fresh = { ...typed, account, key: newKey(), typed: Date.now(), tried: false, state: "waiting" };
    if (!last) return put(fresh);
    if (last.state === "waiting" && last.tried) return put({ ...fresh, seen: last.value }); // perhaps it has arrived
    if (last.state === "saved") return put({ ...fresh, id: last.id, seen: last.value });
    if (last.state === "conflict") return put({ ...last, value: typed.value, reason: typed.reason, typed: fresh.typed });
    return put({ ...fresh, id: last.id, seen: last.seen });
  });
  await tell();
  return flush();
}

// What to do with an entry that waits for a decision: write it over what stands there now, or let it go.
export async function decide(id, mine) {
  await changing(account, (entries, put, drop) => {
    const entry = entries.find((one) => one.id === id);
    if (!entry) return undefined;
    if (!mine || !entry.conflict) return drop(entry);
    return put({ ...entry, seen: entry.conflict.value, key: newKey(), typed: Date.now(), tried: false, state: "waiting" });
  });
  await tell();
  return flush();
}

// Saved entries that a page shows already.
export function forget(whose, entries) {
  return changing(whose, (there, put, drop) => Promise.all(entries.map(drop)));
}

// Resolves when all is sent, or nothing can be. Asked while it runs, it looks once more when it is through.
export function flush() {
  clearTimeout(timer);
  again = true;
  running ??= alone(sendAll).finally(() => { running = undefined; }).then(() => (again ? flush() : undefined));
  return running;
}

// One window at a time sends; without locks the key of each sending still keeps it once.
const alone = (work) => (navigator.locks ? navigator.locks.request("hoso-cells", work) : work());

async function sendAll() {
  for (;;) {
    again = false;
    const entry = await changing(account, async (entries, put) => {
      const next = entries.find((one) => one.state === "waiting");
      if (next) await put({ ...next, tried: true });
      return next;
    });
    if (!entry) {
      if (trouble && navigator.onLine) { trouble = ""; await tell(); }
      return;
    }
    const { why, answer } = await send(entry);
    trouble = why;
    if (why) {
      timer = setTimeout(flush, waits * (0.75 + Math.random() / 2));
      waits = Math.min(waits * 2, LONGEST_WAIT);
      await tell(entry);
      return;
    }
    waits = 2_000;
    await settle(entry, answer);
    await tell(entry, answer);
  }
}

async function send(entry) {
  const body = new URLSearchParams({
    account, row: entry.row, options: entry.options, value: entry.value, reason: entry.reason, seen: entry.seen, key: entry.key,
    age: Math.max(Math.round((Date.now() - entry.typed) / 1000), 0),
  });
  try {
    const answer = await fetch(entry.address, {
      method: "POST", body, headers: { "X-CSRFToken": token() }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) return { why: "sign-in" };
    if (answer.status >= 500 || answer.status === 408 || answer.status === 429) return { why: "line" };
    if (!answer.headers.get("Content-Type")?.includes("json")) return { why: answer.status === 403 ? "sign-in" : "line" };
    const told = await answer.json();
    return told.code === "HS5480" ? { why: "account" } : { why: "", answer: told };
  } catch {
    return { why: "line" }; // perhaps it arrived and the answer was lost: the key tells
  }
}

// The token of the session that holds now; that of a kept page may be older.
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

// Of an entry that was not stored, what was typed later into the same cell takes the place.
function settle(entry, answer) {
  return changing(account, async (entries, put, drop) => {
    const alike = entries.filter((one) => one.address === entry.address && one.cell === entry.cell);
    const mine = alike.find((one) => one.id === entry.id) ?? entry;
    if (answer.saved) {
      for (const old of alike) if (old.state === "saved") await drop(old);
      return put({ ...mine, state: "saved", value: answer.stands, at: answer.at });
    }
    const later = alike.filter((one) => one.id > entry.id).at(-1);
    for (const one of alike) if (one.id > entry.id) await drop(one);
    const { conflict, message, asks_reason: asksReason } = answer;
    if (later && !conflict) return put({ ...later, id: mine.id, seen: mine.seen });
    const last = later ?? mine;
    return put({
      ...mine, value: last.value, reason: last.reason, typed: last.typed, state: conflict ? "conflict" : "wrong", message, conflict, asksReason,
    });
  });
}

addEventListener("online", flush);
addEventListener("offline", () => { trouble = "line"; tell(); });
document.addEventListener("visibilitychange", () => document.hidden || flush());
