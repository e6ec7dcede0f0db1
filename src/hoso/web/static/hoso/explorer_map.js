// The map: outlines, or points over them, coloured by the classes of the legend that stands in the page; the slider walks through the columns.
const NO_FIGURE = "#d9d9d9"; // grey, since the palest class is nearly white
const MANY = 60; // points, of which the largest is drawn smaller
const ESTIMATE = { estimate: true, itemStyle: { borderType: "dashed", borderColor: "#c25400", borderWidth: 1.6 } };

export async function drawMap(echarts, picture, outlines, table) {
  const { outline, bounds } = picture.dataset;
  if (!outline) return null;
  const answer = await fetch(outlines.replace("UID", outline));
  if (!answer.ok) return null;
  const shapes = await answer.json();
  if (!shapes.features.length) return null;
  echarts.registerMap(outline, shapes);
  const titles = new Map(shapes.features.map((one) => [one.properties.name, one.properties.title]));
  const colours = [...picture.querySelectorAll(".map-legend .swatch")].map((one) => getComputedStyle(one).backgroundColor);
  const ends = bounds.split(";").map(Number);
  const slider = picture.querySelector(".map-time input");
  const column = () => (slider ? Number(slider.value) : table.columns.length - 1);
  const spots = picture.dataset.spots ? JSON.parse(picture.dataset.spots) : null;
  const told = () => (spots ? points(figures(), spots, names, most(table), ends, colours) : figures());
  const names = new Map(table.rows.map((row) => [row.key, row.name]));
  const figures = () => table.rows.map((row, line) => ({ name: row.key, value: table.values[line][column()], ...(table.guesses[line][column()] ? ESTIMATE : {}) })).filter((one) => one.value !== null);
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  if (slider) {
    slider.oninput = () => {
      picture.querySelector(".map-at").textContent = table.columns[column()].name;
      picture.recolour?.({ series: [{ data: told() }] });
      count(picture, ends, figures());
    };
    slider.onchange = () => {
      const link = document.getElementById("permalink");
      if (!link) return; // on a dashboard the slider is nobody's state
      const address = new URL(link.href);
      address.searchParams.set("at", table.columns[column()].key);
      history.replaceState(history.state, "", address);
      link.href = address;
    };
  }
  count(picture, ends, figures());
  if (spots) return pointMap(outline, told(), number);
  return {
    tooltip: { renderMode: "richText", formatter: (at) => `${titles.get(at.name) ?? at.name}: ${at.data?.estimate ? "≈ " : ""}${Number.isNaN(at.value) ? "–" : number.format(at.value)}` },
    visualMap: {
      type: "piecewise", show: false,
      pieces: ends.map((end, place) => ({ ...(place ? { gt: ends[place - 1] } : {}), lte: end, color: colours[place] })),
      outOfRange: { color: NO_FIGURE },
    },
    series: [{
      type: "map", map: outline, roam: true, data: figures(), selectedMode: false,
      itemStyle: { areaColor: NO_FIGURE, borderColor: "#8a9a9a", borderWidth: 0.6 }, emphasis: { label: { show: false }, itemStyle: { areaColor: "#ffc46b" } },
    }],
  };
}

// The largest figure at any time: a size means the same at every time.
const most = (table) => Math.max(...table.values.flat().map((one) => Math.abs(one ?? 0)), 0);

// Figures as points, the large ones beneath the small; pale and dashed where a facility stands at its commune's centre.
function points(figures, spots, names, largest, ends, colours) {
  const drawn = figures.filter((one) => spots[one.name]).sort((a, b) => b.value - a.value);
  const widest = Object.keys(spots).length > MANY ? 14 : 27;
  return drawn.map((one) => {
    const [longitude, latitude, centre] = spots[one.name];
    const colour = colours[ends.findIndex((end) => one.value <= end)];
    const line = one.itemStyle ?? { borderColor: centre ? "#0b4f52" : "#17272a", borderType: centre ? "dashed" : "solid", borderWidth: centre ? 1.6 : 0.8 };
    return {
      name: one.name, title: names.get(one.name), estimate: one.estimate, centre, value: [longitude, latitude, one.value],
      symbolSize: 7 + (largest ? widest * Math.sqrt(Math.abs(one.value) / largest) : 0),
      itemStyle: { ...line, color: colour, opacity: centre ? 0.55 : 0.9 },
    };
  });
}

function pointMap(outline, data, number) {
  return {
    tooltip: { renderMode: "richText", formatter: ({ data: at }) => `${at.title}: ${at.estimate ? "≈ " : ""}${number.format(at.value[2])}${at.centre ? " ◌" : ""}` },
    geo: { map: outline, roam: true, silent: true, itemStyle: { areaColor: "#f6f9f8", borderColor: "#8a9a9a", borderWidth: 0.6 } },
    series: [{ type: "scatter", coordinateSystem: "geo", data }],
  };
}

// How many units stand in each class now, and how many are estimates.
function count(picture, ends, figures) {
  const guessed = figures.filter((one) => one.estimate).length;
  picture.querySelector(".map-estimates").hidden = !guessed;
  picture.querySelector(".count-estimates").textContent = guessed;
  picture.querySelectorAll(".map-legend [data-class]").forEach((line, place) => {
    const held = figures.filter((one) => one.value <= ends[place] && (!place || one.value > ends[place - 1])).length;
    line.querySelector(".count").textContent = held;
  });
}
