// The Explorer: search while typing, chips that are dragged or moved by arrow keys, long tables drawn where one scrolls to.
// Everything else is plain links.
import { reach } from "./figure_table.js";

const root = () => document.getElementById("explorer");
const words = () => new URLSearchParams(document.getElementById("permalink").search);

function go(address, focus) {
  if (!address) return;
  const target = { target: "#explorer", select: "#explorer", swap: "outerHTML" };
  history.pushState({ htmx: true }, "", address);
  window.htmx.ajax("GET", address, target).then(() => document.getElementById(focus)?.focus());
}

// Search: the answer to what stands in the box now, never to what stood there before.
let waiting = 0;
document.addEventListener("input", (event) => {
  const box = event.target.closest?.("input.find");
  if (!box) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => find(box), 150);
});

async function find(box) {
  const list = document.getElementById(`found-${box.dataset.dimension}`);
  const text = box.value;
  if (!text.trim()) return list.replaceChildren();
  const asked = words();
  asked.set("dimension", box.dataset.dimension);
  asked.set("q", text);
  const answer = await fetch(`${root().dataset.find}?${asked}`, { headers: { "HX-Request": "true" } });
  if (box.value !== text) return;
  list.innerHTML = await answer.text();
  window.htmx.process(list);
}

// Chips.
document.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.(".chip");
  if (chip) event.dataTransfer.setData("text/x-dimension", chip.dataset.dimension);
});
document.addEventListener("dragover", (event) => {
  const zone = event.target.closest?.(".zone");
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.target.closest?.(".zone")?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  const zone = event.target.closest?.(".zone");
  const dimension = event.dataTransfer.getData("text/x-dimension");
  if (!zone || !dimension) return;
  event.preventDefault();
  zone.classList.remove("over");
  move(document.getElementById(`chip-${dimension}`), zone.dataset.zone);
});

function move(chip, zone) {
  go(chip?.querySelector(`.move[data-to="${zone}"]`)?.getAttribute("href"), chip?.id);
}

document.addEventListener("keydown", (event) => {
  if (event.target.classList?.contains("chip")) walkChip(event);
});

// Left and right within a zone, up and down through the zones.
function walkChip(event) {
  const chip = event.target;
  const zones = ["rows", "columns", "filters"];
  const at = zones.indexOf(chip.closest(".zone").dataset.zone);
  const within = { ArrowLeft: chip.dataset.earlier, ArrowRight: chip.dataset.later };
  const through = { ArrowUp: zones.slice(0, at).reverse(), ArrowDown: zones.slice(at + 1) }[event.key];
  if (!(event.key in within) && !through) return;
  event.preventDefault();
  if (through) move(chip, through.find((zone) => chip.querySelector(`.move[data-to="${zone}"]`)));
  else go(within[event.key], chip.id);
}

// A long table: only the rows in sight are in the page, between two empty ones that keep the height.
async function unroll(frame) {
  const table = frame.querySelector("table");
  const body = table.tBodies[0];
  const height = body.rows[0].getBoundingClientRect().height;
  const { rows } = await (await fetch(`${root().dataset.rows}?${words()}`)).json();
  const spacer = () => document.createElement("tr");
  const above = spacer();
  const below = spacer();
  for (const one of [above, below]) one.setAttribute("aria-hidden", "true");
  let shown = -1;
  const draw = () => {
    const first = Math.max(0, Math.floor((frame.scrollTop - frame.clientHeight) / height));
    const end = Math.min(rows.length, first + Math.ceil((3 * frame.clientHeight) / height));
    if (first === shown) return;
    shown = first;
    const here = document.createElement("tbody");
    here.innerHTML = rows.slice(first, end).join("");
    above.style.height = `${first * height}px`;
    below.style.height = `${(rows.length - end) * height}px`;
    body.replaceChildren(above, ...here.rows, below);
  };
  frame.addEventListener("scroll", () => requestAnimationFrame(draw));
  draw();
}

// A chosen way of showing is shown at once.
document.addEventListener("change", (event) => {
  if (event.target.form?.id === "how") event.target.form.requestSubmit();
});

function begin() {
  reach(document.getElementById("pivot"));
  if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".choosers")?.removeAttribute("open");
  const frame = document.querySelector(".pivot-scroll[data-cut]");
  if (frame) unroll(frame);
  const picture = document.querySelector("#picture[data-show]");
  if (picture) import("./explorer_charts.js").then((charts) => charts.draw(picture, document.getElementById("pivot"), root().dataset.outlines));
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "explorer" || event.detail.elt?.id === "explorer") begin();
});
begin();
