// What each kind of chart makes of a table; null where the table has not the shape it needs.
const COLOURS = ["#0b5f63", "#c25400", "#2b6cb0", "#6b4fa0", "#1d6437", "#a3211c", "#8a6d1a", "#51646a"];
const MOST_SERIES = 24;
const GRID = { left: 12, right: 24, top: 64, bottom: 12, containLabel: true };
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
const shown = (value) => (value === null || value === undefined || Number.isNaN(value) ? "–" : number.format(value));
const FIGURES = { type: "value", axisLabel: { formatter: shown } }; // an axis of figures, with the separators of the language

const SHORT_NOTE = 18; // characters of a note that shares its line
export const cut = (text, longest) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

// Time runs along the axis where there is time; otherwise the rows do.
function turned(table) {
  const across = table.columnDimensions === "period" && table.rowDimensions !== "period";
  const axis = across ? table.columns : table.rows;
  const lines = across ? table.rows : table.columns;
  const value = (line, place) => (across ? table.values[line][place] : table.values[place][line]);
  const timed = across || table.rowDimensions === "period";
  return {
    axis: axis.map((one) => one.name),
    keys: timed ? axis.map((one) => one.key) : [],
    series: lines.slice(0, MOST_SERIES).map((one, line) => ({ name: one.name, data: axis.map((_, place) => value(line, place)) })),
  };
}

// Notes on dates as a line where they begin, those of one period in one label, with a band to where each ends; hung on a series without figures, of no name.
// `place`: the periods of a note, from … to, as places of the axis; none where it is not there.
function marks(notes, place, direction = "xAxis") {
  const found = notes.flatMap((one) => {
    const [from, to] = place(one);
    return from < 0 || to < 0 ? [] : [{ name: one.name, from, to }];
  });
  if (!found.length) return [];
  const starts = [...new Set(found.map((one) => one.from))];
  const lines = starts.map((from) => {
    const together = found.filter((one) => one.from === from);
    const name = together.map((one) => (together.length > 1 ? cut(one.name, SHORT_NOTE) : one.name)).join("; ");
    return { name, [direction]: from, label: { formatter: name } };
  });
  const bands = found.filter((one) => one.to > one.from).map((one) => [{ [direction]: one.from }, { [direction]: one.to }]);
  return [{
    type: "line", name: "", data: [], silent: true, tooltip: { show: false },
    markLine: { symbol: "none", silent: true, lineStyle: { color: COLOURS[5], type: "dashed", width: 1.5 }, label: { color: COLOURS[5], position: "insideEndTop", backgroundColor: "rgba(255,255,255,0.88)", padding: [1, 3] }, data: lines },
    markArea: { silent: true, itemStyle: { color: COLOURS[5], opacity: 0.08 }, data: bands },
  }];
}

// Names of rows one under the other: each is written where a line has room for it, shortened where the picture is narrow.
const ROW_HEIGHT = 16; // pixels
const MOST_ROWS = 120;
export const namesWidth = () => Math.min(260, innerWidth / 4);
const namesDown = (names) => ({ type: "category", data: names, inverse: true, axisLabel: names.length > MOST_ROWS ? { hideOverlap: true } : { interval: 0, width: namesWidth(), overflow: "truncate", fontSize: 11 } });

// How tall a picture is where its rows ask for more than the page gives, in pixels; 0: as tall as the page says.
export function heightOf(kind, table) {
  const down = kind === "heat" ? table.rows.length : kind === "bar" ? turned(table).axis.length : 0;
  return down ? Math.min(down, MOST_ROWS) * ROW_HEIGHT + 140 : 0;
}

const base = (more) => ({
  color: COLOURS,
  grid: GRID,
  legend: { type: "scroll", top: 8 },
  tooltip: { renderMode: "richText", trigger: "axis", valueFormatter: shown },
  ...more,
});

function along(kind, more = {}, flat = false) {
  return (table) => {
    const { axis, keys, series } = turned(table);
    const names = flat ? namesDown(axis) : { type: "category", data: axis, axisLabel: { hideOverlap: true } };
    return base({
      xAxis: flat ? FIGURES : names,
      yAxis: flat ? names : FIGURES,
      series: [
        ...series.map((one) => ({ type: kind, ...one, ...more, connectNulls: false })),
        ...marks(table.notes, (note) => [keys.indexOf(note.first), keys.indexOf(note.last)], flat ? "yAxis" : "xAxis"),
      ],
    });
  };
}

function pie(table) {
  const last = table.columns.length - 1;
  const data = table.rows.map((row, place) => ({ name: row.name, value: table.values[place][last] })).filter((one) => one.value > 0);
  if (!data.length || table.values.some((row) => row[last] < 0)) return null;
  return base({
    title: { text: table.columns[last].key ? table.columns[last].name : "", left: "center", top: 30, textStyle: { fontSize: 14 } },
    tooltip: { renderMode: "richText", trigger: "item", valueFormatter: shown },
    series: [{ type: "pie", radius: ["25%", "62%"], center: ["50%", "57%"], data }],
  });
}

function scatter(table) {
  if (table.columns.length < 2) return null;
  const [x, y, size] = table.columns;
  const most = size ? Math.max(...table.values.map((row) => row[2] ?? 0)) : 0;
  const data = table.rows.flatMap((row, place) => {
    const values = table.values[place];
    return values[0] === null || values[1] === null ? [] : [{ name: row.name, value: values.slice(0, 3) }];
  });
  return base({
    legend: undefined,
    tooltip: { renderMode: "richText", formatter: (at) => [at.name, ...[x, y, size].flatMap((one, place) => (one ? [`${one.name}: ${shown(at.value[place])}`] : []))].join("\n") },
    xAxis: { ...FIGURES, name: x.name, nameLocation: "middle", nameGap: 30, scale: true },
    yAxis: { ...FIGURES, name: y.name, scale: true },
    series: [{ type: "scatter", data, symbolSize: (value) => (most ? 6 + 30 * Math.sqrt((value[2] ?? 0) / most) : 10) }],
  });
}

function quantile(ordered, share) {
  const place = (ordered.length - 1) * share;
  const low = Math.floor(place);
  return ordered[low] + (ordered[Math.min(low + 1, ordered.length - 1)] - ordered[low]) * (place - low);
}

function box(table) {
  const drawn = table.columns.map((column, place) => ({ column, figures: table.values.map((row) => row[place]).filter((one) => one !== null).sort((a, b) => a - b) })).filter((one) => one.figures.length > 1);
  if (!drawn.length) return null;
  return base({
    legend: undefined,
    tooltip: { renderMode: "richText", trigger: "item" },
    xAxis: { type: "category", data: drawn.map((one) => one.column.name) },
    yAxis: { ...FIGURES, scale: true },
    series: [{ type: "boxplot", data: drawn.map(({ figures }) => [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(figures, share))) }],
  });
}

function pyramid(table) {
  if (table.columns.length !== 2) return null;
  const side = (place, sign) => ({ type: "bar", stack: "one", name: table.columns[place].name, data: table.values.map((row) => (row[place] === null ? null : sign * row[place])) });
  return base({
    tooltip: { renderMode: "richText", trigger: "axis", valueFormatter: (value) => shown(value === null ? null : Math.abs(value)) },
    xAxis: { type: "value", axisLabel: { formatter: (value) => shown(Math.abs(value)) } },
    yAxis: { type: "category", data: table.rows.map((row) => row.name) },
    series: [side(0, -1), side(1, 1)],
  });
}

function heat(table) {
  const data = table.rows.flatMap((_, line) => table.columns.map((__, place) => [place, line, table.values[line][place] ?? "-"]));
  const figures = data.map((one) => one[2]).filter((one) => one !== "-");
  if (!figures.length) return null;
  return base({
    legend: undefined,
    grid: { ...GRID, top: 16, bottom: 60 },
    tooltip: { renderMode: "richText", formatter: (at) => `${table.rows[at.value[1]].name}, ${table.columns[at.value[0]].name}: ${shown(at.value[2])}` },
    xAxis: { type: "category", data: table.columns.map((one) => one.name) },
    yAxis: namesDown(table.rows.map((one) => one.name)),
    visualMap: { min: Math.min(...figures), max: Math.max(...figures), text: [shown(Math.max(...figures)), shown(Math.min(...figures))], orient: "horizontal", left: "center", bottom: 4, inRange: { color: ["#edf6f3", "#0b4f52"] }, formatter: shown },
    series: [{ type: "heatmap", data }],
  });
}

// Figures of the months by year; of several rows their total.
function byYear(table) {
  const months = table.columnDimensions === "period" ? table.columns : table.rowDimensions === "period" ? table.rows : [];
  const value = (place) => (table.columnDimensions === "period" ? (table.rows.length === 1 ? table.values[0][place] : table.totals[place]) : table.values[place][0]);
  const found = new Map();
  months.forEach((month, place) => {
    const read = /^(\d{4})(\d{2})$/.exec(month.key);
    if (!read) return;
    if (!found.has(read[1])) found.set(read[1], Array(12).fill(null));
    found.get(read[1])[Number(read[2]) - 1] = value(place);
  });
  return [...found].sort();
}

const MONTHS = [...Array(12).keys()].map((month) => String(month + 1));

// Months of a year, from 0; a note over several years is marked where it begins.
function monthsOf(note) {
  const [first, last] = [note.first, note.last].map((key) => /^(\d{4})(\d{2})$/.exec(key));
  if (!first || !last) return [-1, -1];
  return [Number(first[2]) - 1, Number((first[1] === last[1] ? last : first)[2]) - 1];
}

function years(table) {
  const found = byYear(table);
  if (!found.length) return null;
  return base({
    xAxis: { type: "category", data: MONTHS },
    yAxis: FIGURES,
    series: [...found.map(([name, data]) => ({ type: "line", name, data })), ...marks(table.notes, monthsOf)],
  });
}

// Years below each other, their months side by side: what comes again every year stands in one column.
function calendar(table) {
  const found = byYear(table);
  return heat({
    columns: MONTHS.map((name) => ({ name })),
    rows: found.map(([name]) => ({ name })),
    values: found.map(([, data]) => data),
  });
}

// Shares by the size of the place, between the limits of 2 and 3 standard errors; read from the league table.
function funnel() {
  const league = document.getElementById("league");
  if (!league) return null;
  const share = Number(league.dataset.share);
  const factor = Number(league.dataset.factor);
  const points = [...league.tBodies[0].rows].map(({ cells, dataset }) => ({ name: cells[0].textContent, value: [Number(dataset.size), Number(dataset.value)], itemStyle: { color: COLOURS[dataset.level === "0" ? 0 : Math.abs(dataset.level) === 2 ? 1 : 5] } }));
  const sizes = points.map((one) => one.value[0]);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const steps = [...Array(60).keys()].map((step) => least * (most / least) ** (step / 59));
  const part = share / factor;
  const limit = (level) => steps.map((size) => [size, factor * Math.min(1, Math.max(0, part + level * Math.sqrt((part * (1 - part)) / size)))]);
  const line = (level) => ({ type: "line", name: `${Math.abs(level)} SE`, data: limit(level), symbol: "none", silent: true, color: COLOURS[7], lineStyle: { type: Math.abs(level) === 2 ? "dashed" : "solid", width: level ? 1 : 2 } });
  return base({
    legend: undefined,
    tooltip: { renderMode: "richText", formatter: (at) => `${at.name}\nn = ${shown(at.value[0])}: ${shown(at.value[1])}` },
    xAxis: { type: "log", name: "n", min: least, max: most, axisLabel: { formatter: shown } },
    yAxis: { ...FIGURES, scale: true },
    series: [...[-3, -2, 0, 2, 3].map(line), { type: "scatter", data: points, symbolSize: 9 }],
  });
}

function gauge(table) {
  const value = table.values[0]?.[table.columns.length - 1];
  if (table.rows.length !== 1 || value === null || value === undefined) return null;
  const most = value <= 100 ? 100 : 10 ** Math.ceil(Math.log10(value));
  return { series: [{ type: "gauge", min: 0, max: most, progress: { show: true }, itemStyle: { color: COLOURS[0] }, axisLabel: { formatter: shown }, detail: { formatter: shown }, data: [{ value, name: table.columns.at(-1).name }] }] };
}

export const OPTIONS = {
  line: along("line"),
  column: along("bar"),
  stacked: along("bar", { stack: "one" }),
  area: along("line", { areaStyle: {}, stack: "one" }),
  bar: along("bar", {}, true),
  pie, scatter, box, funnel, pyramid, heat, calendar, years, gauge,
};
