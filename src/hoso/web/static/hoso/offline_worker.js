// Keeps pages of forms for when there is no line. The house puts VERSION, FILES and HOURS before this text. A page is kept
// only where its answer says so, and for the account that it names; everything else passes by untouched.
const SHELL = `hoso-files-${VERSION}`;
const PAGES = `hoso-pages-${VERSION}-`;
const PATIENCE = 5_000; // with a copy at hand nobody waits longer for a bad line
const HEADER = "HoSo-Offline";
const KEPT_AT = "HoSo-Kept-At";

addEventListener("install", (event) => {
  const fresh = FILES.map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(SHELL).then((files) => files.addAll(fresh)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(dropAll((name) => name !== SHELL && !name.startsWith(PAGES)).then(() => clients.claim()));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (FILES.includes(address.pathname)) event.respondWith(answered(event, () => caches.match(request.url, { cacheName: SHELL, ignoreVary: true })));
  else if (request.mode === "navigate" || request.headers.has(HEADER)) event.respondWith(answered(event, () => copyOf(request), keep));
});

// From the house, and where it does not answer (soon enough) the copy.
async function answered(event, find, after = async () => {}) {
  const copy = await find();
  const asking = fetch(event.request);
  // Also when the copy was faster. It clones what it keeps before it waits for anything: then the body is the page's.
  event.waitUntil(asking.then((answer) => after(event.request, answer), () => {}));
  try {
    const answer = await (copy ? Promise.race([asking, late()]) : asking);
    return answer.status >= 500 && copy ? copy : answer;
  } catch {
    return copy ?? nothing();
  }
}

const late = () => new Promise((_, bad) => setTimeout(() => bad(new Error("late")), PATIENCE));

async function keep(request, answer) {
  const account = answer.headers.get(HEADER);
  if (answer.status === 200 && account) {
    const copy = answer.clone();
    await dropAll((name) => name.startsWith("hoso-pages-") && name !== PAGES + account);
    const headers = new Headers(answer.headers);
    headers.delete("Content-Encoding");
    headers.set(KEPT_AT, Date.now()); // by the clock that is asked later
    await (await caches.open(PAGES + account)).put(request.url, new Response(await copy.blob(), { headers }));
  } else if (answer.status >= 400 && answer.status < 500) {
    for (const name of await caches.keys()) if (name.startsWith(PAGES)) await (await caches.open(name)).delete(request.url);
  }
}

async function copyOf(request) {
  for (const name of await caches.keys()) {
    const copy = name.startsWith(PAGES) && (await caches.match(request.url, { cacheName: name, ignoreVary: true }));
    if (copy && Date.now() - Number(copy.headers.get(KEPT_AT)) < HOURS * 3_600_000) return copy;
  }
  return undefined;
}

async function dropAll(unwanted) {
  for (const name of await caches.keys()) if (name.startsWith("hoso-") && unwanted(name)) await caches.delete(name);
}

function nothing() {
  const page = `<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Không có mạng – HoSo</title><h1>Không có mạng</h1><p>Trang này chưa được giữ trên máy. Số đã nhập vẫn còn và được gửi khi có mạng.</p>
<p lang="en">No connection, and this page was not kept on this computer. What you typed is still here and is sent later.</p>
<p><a href="/statistics/">Báo cáo thống kê / Statistical reports</a></p></html>`;
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" };
  return new Response(page, { status: 503, headers });
}
