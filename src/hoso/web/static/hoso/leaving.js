// Who signs out with cells that wait is asked first; kept pages go with the account, also where another one has come.
const account = document.body.dataset.account;

// Without HTTPS there are neither kept pages nor `caches`.
async function dropPages(besides) {
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (name.startsWith("hoso-pages-") && !name.endsWith(`-${besides}`)) await caches.delete(name);
  }
}

async function leave(form) {
  try {
    const { cellsOf, entriesOf, unsettled } = await import("./waiting_store.js");
    const count = cellsOf((await entriesOf(account)).filter(unsettled));
    if (count && !confirm(form.dataset.leaving.replace("{n}", count))) return;
    await dropPages("nobody");
  } catch {
    // A browser without a database of its own keeps nothing either.
  }
  form.submit();
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.leaving) return;
  event.preventDefault();
  leave(event.target);
});
if (account) dropPages(account).catch(() => {});
