// Pages of forms are kept for when there is no line: the one that is open, and on request all that the list shows.
import { start } from "./waiting_banner.js";

const worker = navigator.serviceWorker; // none where the house is served without HTTPS
const list = document.getElementById("offline-forms");
const { keeps } = document.getElementById("waiting-cells").dataset; // whether this is a page that may be kept

async function ready() {
  await worker.register("/statistics/offline-worker.js", { scope: "/statistics/", updateViaCache: "none" });
  if (!worker.controller) await new Promise((good) => worker.addEventListener("controllerchange", good, { once: true }));
}

const isKept = async (address) => Boolean(await caches.match(address, { ignoreVary: true }));
// The worker keeps what it fetches; the header only tells it that this is no part of a page.
// An answer that nobody reads holds its line open.
const fetchPage = async (address) => (await fetch(address, { headers: { "HoSo-Offline": "1" } })).arrayBuffer();

async function mark() {
  const links = [...document.querySelectorAll("a[data-form]")];
  let count = 0;
  for (const link of links) {
    const kept = await isKept(link.href);
    link.parentElement.querySelector(".tag.ok").hidden = !kept;
    count += kept;
  }
  list.querySelector("output").textContent = list.dataset.count.replace("{n}", count).replace("{all}", links.length);
  return links;
}

async function keepAll(event) {
  event.target.disabled = true;
  for (const link of await mark()) {
    try {
      await fetchPage(link.href);
    } catch {
      break; // the line is gone: what is there is marked
    }
    await mark();
  }
  event.target.disabled = false;
}

if (!document.getElementById("sheet")) start(); // a sheet starts it itself, with its cells
if (worker && keeps) {
  await ready();
  if (!(await isKept(location.href))) await fetchPage(location.href).catch(() => {}); // opened before the worker was there
  if (list) {
    list.hidden = false;
    await mark();
    list.querySelector("button").addEventListener("click", keepAll);
  }
}
