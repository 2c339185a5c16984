// Drawings that need no colour to be read: heat maps with their numbers, and curves whose lines differ in sign and dash.

const SIGNS = ["circle", "square", "triangle", "diamond", "cross", "bar"];
const CHART = { width: 720, height: 235, left: 46, right: 12, top: 12, bottom: 26 };

// A length as people write it: 4k, 1M.
function spelled(tokens) {
  const unit = tokens % 1048576 === 0 ? [1048576, "M"] : tokens % 1024 === 0 ? [1024, "k"] : [1, ""];
  return tokens / unit[0] + unit[1];
}

const tenth = (at) => `${10 * at}–${10 * at + 10}\u00a0%`;
const interval = (part) => `${percent(part.mean)} [${range(part)}]`;

// A row a length, a column a tenth of the document. Darker is better; every cell has its number and its n.
function heatMap(name, figures) {
  const at = new Map(figures.cells.map((cell) => [`${cell.tokens} ${cell.tenth}`, cell]));
  const lengths = figures.by_length.filter((part) => figures.cells.some((cell) => cell.tokens === part.key));
  const columns = [...Array(10).keys()];
  const label = (tokens) => (figures.lengths_asked ? "" : "≤ ") + spelled(tokens);
  const cell = (tokens, column) => {
    const found = at.get(`${tokens} ${column}`);
    const place = `${label(tokens)}, ${tenth(column)}`;
    if (!found) return el("td", { class: "none", title: `${place}: ${text("not_asked")}`, "aria-label": text("not_asked") });
    const words = `${place}: ${percent(found.score)} [${range(found)}], n ${whole(found.n)}, ${count(found.documents, "one_document", "documents_n")}`;
    return el("td", { class: "h" + Math.round(10 * found.score), title: words, "aria-label": words },
      (100 * found.score).toFixed(0), el("small", {}, whole(found.n)));
  };
  const margin = (part) => el("td", { class: "margin", title: `${interval(part.score)}, n ${whole(part.n)}` },
    (100 * part.score.mean).toFixed(0), el("small", {}, whole(part.n)));
  const depths = new Map(figures.by_depth.map((part) => [part.key, part]));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, el("table", { class: "heat" },
    el("caption", {}, name),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, text("length")),
      columns.map((column) => el("th", { scope: "col", title: tenth(column) }, `${10 * column}`)), el("th", { scope: "col" }, text("all")))),
    el("tbody", {}, lengths.map((part) => el("tr", {}, el("th", { scope: "row" }, label(part.key)),
      columns.map((column) => cell(part.key, column)), margin(part))),
    el("tr", {}, el("th", { scope: "row" }, text("all")), columns.map((column) => (depths.has(column) ? margin(depths.get(column)) : el("td", { class: "margin" }))), el("td", { class: "margin" })))));
}

function sign(kind, x, y, size = 4.5) {
  const points = {
    triangle: [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]], diamond: [[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]],
    square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  }[kind];
  if (points) return svg("polygon", { class: "sign", points: points.map(([dx, dy]) => `${(x + size * dx).toFixed(1)},${(y + size * dy).toFixed(1)}`).join(" ") });
  if (kind === "cross") return svg("path", { class: "sign open", d: `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}` });
  if (kind === "bar") return svg("path", { class: "sign open", d: `M${x - size} ${y}H${x + size}` });
  return svg("circle", { class: "sign", cx: x, cy: y, r: size });
}

// What the upright axis counts: its top, the words at its ticks, and a point in words.
const SHARES = { top: 1, tick: (share) => (100 * share).toFixed(0) + (share === 1 ? "\u00a0%" : ""), say: (point) => interval(point.score) };

// An axis for amounts from 0 to a round number that is at least `most`.
function amounts(most, tick, say) {
  const unit = 10 ** Math.floor(Math.log10(most));
  return { top: unit * [1, 2, 4, 5, 8, 10].find((step) => step * unit >= most), tick, say, left: 66 };
}

// Lines over places on an axis: `ticks` are their names, each line has {name, points: [{at, score, n}]}. A point's interval
// is a stroke through it, its `mark` a word beside it; a `loose` point has no place on the scale, and no line leads to it.
function chart(title, ticks, lines, { connected = true, scale = SHARES } = {}) {
  const { width, height, right, top, bottom } = CHART;
  const left = scale.left || CHART.left;
  const shown = lines.slice(0, SIGNS.length);
  const step = (width - left - right) / ticks.length;
  const apart = Math.min(9, step / (shown.length + 1));
  const x = (at, line) => left + step * (at + 0.5) + apart * (line - (shown.length - 1) / 2);
  const y = (value) => top + (height - top - bottom) * (1 - value / scale.top);
  const axis = [0, 0.25, 0.5, 0.75, 1].map((share) => share * scale.top).map((value) => [
    svg("line", { class: "axis", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
    svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, scale.tick(value))]);
  const names = ticks.map((name, at) => svg("text", { x: left + step * (at + 0.5), y: height - bottom + 18, "text-anchor": "middle" }, name));
  const drawn = shown.map((line, number) => svg("g", { class: "line s" + number },
    connected && svg("polyline", { points: line.points.filter((point) => !point.loose).map((point) => `${x(point.at, number).toFixed(1)},${y(point.score.mean).toFixed(1)}`).join(" ") }),
    line.points.map((point) => svg("g", {}, svg("title", {}, `${line.name}, ${ticks[point.at]}: ${scale.say(point)}, n ${whole(point.n)}`),
      point.score.low !== null && svg("line", { class: "ends", x1: x(point.at, number), x2: x(point.at, number), y1: y(point.score.high), y2: y(point.score.low) }),
      sign(SIGNS[number], x(point.at, number), y(point.score.mean)),
      point.mark && svg("text", { class: "beside", x: x(point.at, number) + 8, y: y(point.score.mean) + 4 }, point.mark)))));
  const legend = el("ul", { class: "legend" }, shown.map((line, number) => el("li", {},
    svg("svg", { class: "key", viewBox: "0 0 34 14", "aria-hidden": "true" }, svg("g", { class: "line s" + number },
      connected && svg("polyline", { points: "0,7 34,7" }), sign(SIGNS[number], 17, 7))), " ", line.name)),
  lines.length > shown.length && el("li", { class: "soft" }, text("not_drawn", { n: lines.length - shown.length })));
  const words = shown.map((line) => `${line.name}: ${line.points.map((point) => `${ticks[point.at]} ${scale.say(point)}`).join(", ")}`).join("; ");
  return el("figure", {}, el("figcaption", {}, title), el("div", { class: "scroll" },
    svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${words}` }, axis, names, drawn)), legend);
}

// The same places of several models as lines; `pick` gives a model's slices, `name` what a slice is called.
function curve(title, of, pick, name, connected = true) {
  const all = of.flatMap(([, figures]) => pick(figures));
  const keys = [...new Set(all.map((part) => part.key))].sort((a, b) => (typeof a === "number" ? a - b : 0));
  if (keys.length < 2) return null;
  const ticks = keys.map((key) => name(all.find((part) => part.key === key)));
  return chart(title, ticks, of.map(([model, figures]) => ({
    name: model, points: pick(figures).map((part) => ({ at: keys.indexOf(part.key), score: part.score, n: part.n })).sort((a, b) => a.at - b.at),
  })).filter((line) => line.points.length > 0), { connected });
}
