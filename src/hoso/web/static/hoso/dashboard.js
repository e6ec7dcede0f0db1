// A dashboard: each tile's picture is drawn from its table as it comes; a chosen place or period is shown at once.
import { reach } from "./figure_table.js";

document.addEventListener("htmx:afterSettle", (event) => {
  const body = event.target.closest?.(".tile-body");
  if (!body) return;
  body.setAttribute("aria-busy", "false");
  const table = body.querySelector("table.pivot");
  reach(table);
  const picture = body.querySelector("figure[data-show]");
  if (picture) import("./explorer_charts.js").then((charts) => charts.draw(picture, table, document.querySelector(".board").dataset.outlines));
});

document.addEventListener("change", (event) => {
  if (event.target.form?.dataset.atOnce !== undefined) event.target.form.requestSubmit();
});

const print = document.querySelector("[data-print-board]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
