// Tables of figures, on whatever page: walked by arrow keys, each figure tells where it comes from.
export function reach(table) {
  const first = table?.querySelector("tbody button, tfoot button");
  if (first) first.tabIndex = 0;
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest?.(".pivot button")) walkTable(event);
});

// One stop of the Tab key, arrows walk from figure to figure.
function walkTable(event) {
  const cell = event.target.closest("td");
  const row = cell.parentElement;
  const column = [...row.cells].indexOf(cell);
  const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [0, 0];
  if (!down && !right) return;
  event.preventDefault();
  const lines = [...row.closest("table").rows];
  let line = lines.indexOf(row) + down;
  let place = column + right;
  for (; lines[line]?.cells[place]; line += down, place += right) {
    const figure = lines[line].cells[place].querySelector("button");
    if (figure) return stopAt(figure);
  }
}

function stopAt(figure) {
  for (const one of figure.closest("table").querySelectorAll("button[tabindex='0']")) one.tabIndex = -1;
  figure.tabIndex = 0;
  figure.focus();
}

// Where a figure comes from: the question narrowed to its row and column.
document.addEventListener("click", (event) => {
  const figure = event.target.closest?.(".pivot button");
  if (figure) tell(figure);
});

async function tell(figure) {
  const table = figure.closest("table");
  const cell = figure.closest("td");
  const row = cell.parentElement;
  const last = table.tHead.rows[table.tHead.rows.length - 1];
  const head = last.cells[[...row.cells].indexOf(cell) + (row.dataset.total ? (row.cells[0].colSpan || 1) - 1 : 0)];
  const asked = new URLSearchParams(table.dataset.address);
  for (const word of ["sort", "order", "top", "show", "change", "scale", "empty", "classes", "steps", "limits", "at"]) asked.delete(word);
  narrow(asked, "rows", table.dataset.rowDimensions, row.dataset.key);
  narrow(asked, "columns", table.dataset.columnDimensions, head?.dataset.key);
  const dialog = document.getElementById("figure");
  const body = dialog.querySelector(".figure-body");
  body.innerHTML = `<p id="figure-title" role="status">${dialog.dataset.asking}</p>`;
  dialog.showModal(); // at once: that it was asked for shows even where the answer takes its time
  try {
    const answer = await fetch(`${dialog.dataset.address}?${asked}`, { headers: { "HX-Request": "true" } });
    body.innerHTML = await answer.text();
  } catch {
    body.textContent = dialog.dataset.failed;
  }
}

// A total keeps its dimensions together: they become filters.
function narrow(asked, zone, dimensions, key) {
  if (!dimensions) return;
  if (key === undefined) return asked.set(zone, "");
  key.split("|").forEach((label, place) => asked.set(dimensions.split(";")[place], label));
}
