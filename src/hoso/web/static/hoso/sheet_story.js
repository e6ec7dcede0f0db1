// The panel of one cell: its history, comment, mark and papers. F2 in the cell or the button beside it opens it, Escape closes it.
const panel = document.getElementById("story");
const body = panel.querySelector(".story-body");
let opener = null;

async function show(request) {
  try {
    const answer = await fetch(...request);
    if (answer.redirected) throw new Error("signed out");
    body.innerHTML = await answer.text();
    mark(body.firstElementChild);
  } catch {
    body.innerHTML = '<p id="story-title" role="alert"></p>';
    body.firstElementChild.textContent = panel.dataset.failed;
  }
}

// The button in the row tells whether the cell has a comment, a mark, papers.
function mark(told) {
  const button = [...document.querySelectorAll("[data-story]")].find(
    (one) => one.dataset.row === told.dataset.row && one.dataset.options === told.dataset.options,
  );
  button?.toggleAttribute("data-comment", told.dataset.comment !== "");
  button?.toggleAttribute("data-follow", told.dataset.follow !== "");
  button?.toggleAttribute("data-papers", told.dataset.papers !== "0");
}

function open(from, cell) {
  opener = from;
  body.innerHTML = '<p id="story-title" role="status"></p>';
  body.firstElementChild.textContent = panel.dataset.asking;
  panel.showModal();
  const asked = new URLSearchParams({ row: cell.dataset.row, options: cell.dataset.options });
  show([`${panel.dataset.address}?${asked}`, { headers: { "HX-Request": "true" } }]);
}

document.addEventListener("keydown", (event) => {
  const cell = event.key === "F2" && event.target.closest("input[data-row], [data-story]");
  if (!cell) return;
  event.preventDefault();
  open(cell, cell);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-story]");
  if (button) open(button, button);
  else if (event.target === panel) panel.close(); // beside it
});
panel.addEventListener("close", () => opener?.focus());
panel.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-say]")) return;
  event.preventDefault();
  show([event.target.action, { method: "POST", body: new FormData(event.target), headers: { "HX-Request": "true" } }]);
});
