// Charts and maps of the Explorer, drawn from the table in the page: what is drawn is what stands there.
import * as echarts from "../vendor/echarts.esm.min.js";
import { OPTIONS, cut, heightOf, namesWidth } from "./chart_kinds.js";
import { drawMap } from "./explorer_map.js";

const WIDTH = 1200;
const HEIGHT = 640;
const LONGEST_NOTE = 32; // characters of a note in the picture; all of it stands below
const drawn = new Set();

// Names and exact figures of the table, nothing for an empty cell; what is noted of its periods.
function readTable(table, notes) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const places = heads.flatMap((head, place) => (head.dataset.key === undefined ? [] : [place]));
  const lines = [...table.tBodies[0].rows].filter((row) => row.dataset.key !== undefined);
  const figure = (cell) => {
    const button = cell?.querySelector("button");
    return button ? Number(button.value) : null;
  };
  return {
    notes: notes.map(({ dataset }, place) => ({ first: dataset.first, last: dataset.last, name: `${place + 1}. ${cut(dataset.text, LONGEST_NOTE)}` })),
    rowDimensions: table.dataset.rowDimensions,
    columnDimensions: table.dataset.columnDimensions,
    rows: lines.map((row) => ({ key: row.dataset.key, name: [...row.querySelectorAll("th")].map((head) => head.textContent).join(", ") })),
    columns: places.map((place) => ({ key: heads[place].dataset.key, name: heads[place].textContent })),
    guesses: lines.map((row) => places.map((place) => Boolean(row.cells[place]?.querySelector("button > span")))),
    values: lines.map((row) => places.map((place) => figure(row.cells[place]))),
    totals: places.map((place) => {
      const foot = table.tFoot?.rows[0];
      return foot ? figure(foot.cells[place - (foot.cells[0].colSpan - 1)]) : null;
    }),
  };
}

// `outlines`: the address of a unit's outlines, with UID in it.
export async function draw(picture, pivot, outlines) {
  for (const one of drawn) if (!one.getDom().isConnected) drop(one);
  const frame = picture.querySelector(".drawing");
  const say = picture.querySelector(".cannot");
  if (!pivot || !frame) return;
  const table = readTable(pivot, [...picture.querySelectorAll(".date-notes li")]);
  const isMap = picture.dataset.show === "map" || picture.dataset.show === "points";
  const option = isMap ? await drawMap(echarts, picture, outlines, table) : OPTIONS[picture.dataset.show]?.(table);
  frame.hidden = !option;
  say.hidden = Boolean(option);
  picture.querySelector(".picture-files").hidden = !option;
  if (!option) return;
  const tall = heightOf(picture.dataset.show, table);
  if (tall > frame.clientHeight && !frame.closest(".wall")) frame.style.height = `${tall}px`;
  const chart = echarts.init(frame, null, { renderer: "canvas" });
  drawn.add(chart);
  const whole = { animation: false, aria: { enabled: false }, textStyle: { fontFamily: "system-ui, sans-serif" }, ...option };
  chart.setOption(whole);
  picture.dataset.drawn = picture.dataset.show;
  picture.onclick = (event) => {
    const kind = event.target.closest("[data-file]")?.dataset.file;
    if (kind) save(kind, chart.getOption(), Math.max(HEIGHT, tall));
  };
  if (isMap) picture.recolour = (series) => chart.setOption(series);
}

function drop(chart) {
  drawn.delete(chart);
  chart.dispose();
}

addEventListener("resize", () => drawn.forEach((chart) => {
  chart.resize();
  if (chart.getOption().yAxis?.[0]?.axisLabel?.width) chart.setOption({ yAxis: { axisLabel: { width: namesWidth() } } });
}));

// A picture of its own size, whatever the window's.
function save(kind, option, height) {
  const made = kind === "svg"
    ? echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height })
    : echarts.init(document.createElement("canvas"), null, { renderer: "canvas", width: WIDTH, height, devicePixelRatio: 2 });
  made.setOption({ ...option, animation: false, backgroundColor: "#fff" });
  if (kind === "svg") give(new Blob([made.renderToSVGString()], { type: "image/svg+xml" }), kind);
  else made.getDom().toBlob((blob) => give(blob, kind));
}

function give(blob, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `so-lieu.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
