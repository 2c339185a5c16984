// Success against something that is to be small, on a logarithmic axis. A point has a sign and a number, its intervals are strokes through it,
// a ring around it says that no other point beats it, and a dotted line ends where the same row stands at saturation.

const PARETO = { width: 720, height: 300, left: 50, right: 20, top: 14, bottom: 44 };
const STEPS = [1, 2, 5];

// The places 1, 2 and 5 of each power of ten from just below the smallest value to just above the largest.
function logTicks(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power += 1) ticks.push(...STEPS.map((step) => step * 10 ** power));
  const first = ticks.findLastIndex((tick) => tick < low * 0.98), last = ticks.findIndex((tick) => tick > high * 1.02);
  return ticks.slice(first, last + 1);
}

const arrow = (x, y, size) => svg("path", { class: "sign open", d: `M${x + size} ${y - 5}L${x} ${y}L${x + size} ${y + 5}` });

function pareto(title, pick, say, frontier, pickFull) {
  const points = compared.rows.map((row, number) => ({ row, number, at: pick(row), full: pickFull(row) })).filter((one) => one.at.mean > 0 && one.row.success.mean !== null);
  if (points.length < 2) return null;
  const { width, height, left, right, top, bottom } = PARETO;
  const values = points.flatMap(({ at, full }) => [at.low ?? at.mean, at.mean, at.high ?? at.mean, full?.mean ?? at.mean]).filter((value) => value > 0);
  const all = logTicks(values), thin = Math.ceil(all.length / 10);
  const [from, to] = [Math.log10(all[0]), Math.log10(all.at(-1))];
  const x = (value) => left + (width - left - right) * (Math.log10(Math.max(value, all[0])) - from) / (to - from);
  const y = (share) => top + (height - top - bottom) * (1 - share);
  const axis = [0, 0.25, 0.5, 0.75, 1].map((share) => [svg("line", { class: "axis", x1: left, x2: width - right, y1: y(share), y2: y(share) }), svg("text", { x: left - 6, y: y(share) + 4, "text-anchor": "end" }, SHARES.tick(share))]);
  const below = all.map((tick, at) => [svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: y(0), y2: y(0) + (at % thin ? 3 : 6) }),
    at % thin === 0 && svg("text", { x: x(tick), y: height - bottom + 20, "text-anchor": "middle" }, say(tick))]);
  const words = ({ row, at }) => `${row.model}: ${percent(row.success.mean)} [${range(row.success)}], ${say(at.mean)} [${between(at, say)}]${frontier.includes(row.model) ? ", " + text("on_frontier") : ""}`;
  const beaten = points.filter(({ row }) => frontier.includes(row.model)).sort((a, b) => a.at.mean - b.at.mean);
  const steps = beaten.flatMap(({ at, row }, place) => [place > 0 && `${x(at.mean).toFixed(1)},${y(beaten[place - 1].row.success.mean).toFixed(1)}`, `${x(at.mean).toFixed(1)},${y(row.success.mean).toFixed(1)}`]).filter(Boolean);
  const drawn = points.map((one) => {
    const { row, number, at, full } = one;
    const place = number % SIGNS.length, px = x(at.mean), py = y(row.success.mean);
    const ends = at.high === null && at.unbounded ? width - right : at.high !== null && x(at.high);
    return svg("g", { class: "line s" + place }, svg("title", {}, words(one)),
      at.low !== null && svg("line", { class: "ends", x1: x(at.low), x2: ends, y1: py, y2: py }),
      row.success.low !== null && svg("line", { class: "ends", x1: px, x2: px, y1: y(row.success.high), y2: y(row.success.low) }),
      full?.mean > 0 && [svg("line", { class: "leads", x1: px, x2: x(full.mean), y1: py, y2: py }), arrow(x(full.mean), py, full.mean < at.mean ? 6 : -6)],
      frontier.includes(row.model) && svg("circle", { class: "ring", cx: px, cy: py, r: 9 }), sign(SIGNS[place], px, py),
      svg("text", { class: "beside", x: px + 11, y: py - 7 }, String(number + 1)));
  });
  const legend = el("ul", { class: "legend" }, points.map(({ row, number }) => el("li", {}, svg("svg", { class: "key", viewBox: "0 0 34 14", "aria-hidden": "true" }, svg("g", { class: "line s" + number % SIGNS.length }, sign(SIGNS[number % SIGNS.length], 17, 7))), ` ${number + 1} ${row.model}`)),
    el("li", { class: "soft" }, text("ring")), points.some(({ full }) => full?.mean > 0) && el("li", { class: "soft" }, text("full_load")));
  return el("figure", { class: "pareto" }, el("figcaption", {}, text(title)), el("div", { class: "scroll" },
    svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${text(title)}. ${points.map(words).join("; ")}` }, axis, below,
      steps.length > 1 && svg("polyline", { class: "frontier", points: steps.join(" ") }), drawn)), legend);
}
