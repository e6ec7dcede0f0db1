// Cells that were typed, in the browser's own database until the house has them. One entry is one sending of one value:
// {id, account, address, cell, row, options, value, reason, seen, key, typed, tried, state, label} and what was answered.
const NAME = "hoso-cells";
let opened;

function asked(request) {
  return new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });
}

function open() {
  if (!opened) {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true }).createIndex("account", "account");
    };
    opened = asked(request);
  }
  return opened;
}

// Looks at and changes the entries of one account as one step: `work` gets them in order, and may await nothing but the
// two changes. It is on the disk when this returns: old laptops lose their power.
export async function changing(account, work) {
  const transaction = (await open()).transaction("entries", "readwrite", { durability: "strict" });
  const store = transaction.objectStore("entries");
  const done = new Promise((good, bad) => {
    transaction.oncomplete = good;
    transaction.onabort = () => bad(transaction.error);
  });
  const entries = await asked(store.index("account").getAll(account));
  const answer = await work(entries, (entry) => asked(store.put(entry)), (entry) => asked(store.delete(entry.id)));
  await done;
  return answer;
}

// What waits for the account, or for its decision, in the order of typing.
export async function entriesOf(account) {
  const store = (await open()).transaction("entries").objectStore("entries");
  return asked(store.index("account").getAll(account));
}

export const unsettled = (entry) => entry.state !== "saved";

// How many cells the entries are about. Of one that was typed into again after a sending that perhaps arrived, two wait.
export const cellsOf = (entries) => new Set(entries.map((entry) => `${entry.address} ${entry.cell}`)).size;
