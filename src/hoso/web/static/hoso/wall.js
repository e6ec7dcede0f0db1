// A board on a wall: one tile after the other, each asked for anew when its turn comes. Space holds it, arrows turn by hand,
// Escape leaves. Whoever wants less motion gets it held from the start.
const board = document.querySelector(".board");
const tiles = [...board.querySelectorAll(".tile")];
const pause = document.querySelector("[data-wall=pause]");
const seconds = Number(board.dataset.every);
const SIZES = [2.4, 2, 1.7, 1.4, 1.2, 1]; // rem, of a table's text: the first at which all of it is in sight
let at = -1;
let held = matchMedia("(prefers-reduced-motion: reduce)").matches;
let timer = 0;

// The next tile is asked for behind the one that stands; it is shown when it has come, and after half a minute in any case.
function turn(to) {
  clearTimeout(timer);
  at = (to + tiles.length) % tiles.length;
  const body = tiles[at].querySelector(".tile-body");
  body.setAttribute("aria-busy", "true");
  window.htmx.trigger(body, "turn");
  timer = setTimeout(() => turn(at + 1), 30000 + seconds * 1000);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.parentElement === tiles[at]) show();
});

document.addEventListener("htmx:responseError", wait); // what stands there stays for another turn

function show() {
  tiles.forEach((tile, place) => (tile.hidden = place !== at));
  document.getElementById("wall-at").textContent = `${at + 1} / ${tiles.length}`;
  fit(tiles[at]);
  wait();
}

function wait() {
  clearTimeout(timer);
  pause.setAttribute("aria-pressed", String(held));
  if (!held) timer = setTimeout(() => turn(at + 1), seconds * 1000);
}

// Nothing scrolls: the text grows smaller, and what still does not fit is said.
function fit(tile) {
  const frame = tile.querySelector(":scope > .tile-body > .pivot-scroll");
  const rest = tile.querySelector(".wall-rest");
  rest.hidden = true;
  if (!frame) return;
  const fits = () => frame.scrollHeight <= frame.clientHeight && frame.scrollWidth <= frame.clientWidth;
  for (const size of SIZES) {
    frame.style.fontSize = `${size}rem`;
    if (fits()) return;
  }
  const rows = [...frame.querySelectorAll("tbody tr")];
  let left = rows.length;
  rest.hidden = false;
  while (left > 1 && frame.scrollHeight > frame.clientHeight) {
    left -= 1;
    rows[left].hidden = true;
  }
  rest.textContent = rest.dataset.words.replace("N", rows.length - left);
  rest.hidden = left === rows.length;
}

function hold(now) {
  held = now;
  wait();
}

const ACTS = {
  earlier: () => turn(at - 1),
  later: () => turn(at + 1),
  pause: () => hold(!held),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
};
const KEYS = { ArrowLeft: "earlier", ArrowRight: "later", " ": "pause", f: "full" };

document.querySelector(".wall-bar").addEventListener("click", (event) => ACTS[event.target.closest("[data-wall]")?.dataset.wall]?.());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("dialog, table")) return;
  if (event.key === " " && event.target.closest?.("button, a")) return; // the button itself is pressed
  if (event.key === "Escape" && !document.fullscreenElement) document.querySelector("[data-wall=leave]").click();
  if (!(event.key in KEYS)) return;
  event.preventDefault();
  ACTS[KEYS[event.key]]();
});

document.addEventListener("DOMContentLoaded", () => turn(0)); // not before htmx knows the tiles
