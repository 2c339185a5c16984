// The page is drawn from the JSON in #data. Whatever stands in it is put on the page as text and as nothing else:
// `el` makes elements, every string becomes a text node, and no string is ever parsed as HTML.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const UNKNOWN = "–";
const SVG = "http://www.w3.org/2000/svg";

function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

// The address says which language, and which trial or section: #zh, #t12, #zh/results.
function place() {
  const parts = location.hash.slice(1).split("/").filter(Boolean);
  const asked = parts.find((part) => Object.hasOwn(data.texts, part));
  const own = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
  return { language: asked || own, asked, target: parts.find((part) => part !== asked) };
}

function address(asked, target) {
  return "#" + [asked, target].filter(Boolean).join("/");
}

let language = place().language;

// A text of the interface, as `name` or `group|name`; a name that has no text stands for itself.
function text(name, values) {
  const path = name.split("|");
  const found = path.reduce((level, key) => (level && Object.hasOwn(level, key) ? level[key] : undefined), data.texts[language]);
  if (typeof found !== "string") return found === undefined ? path.at(-1) : found;
  return found.replace(/\{(\w+)\}/g, (whole, key) => (values && key in values ? values[key] : whole));
}

const percent = (value, digits = 1) =>
  value === null || value === undefined ? UNKNOWN : (100 * value).toFixed(digits) + "\u00a0%";
const range = (interval) =>
  !interval || interval.low === null ? UNKNOWN : `${(100 * interval.low).toFixed(1)}\u00a0–\u00a0${(100 * interval.high).toFixed(1)}`.replaceAll("-", "−");
const whole = (value) => (value === null || value === undefined ? UNKNOWN : value.toLocaleString("en-US"));
const time = (value) =>
  value === null || value === undefined ? UNKNOWN : value < 10 ? value.toFixed(2) : whole(Math.round(value));

// Dollars: cents at the least, and three digits of what is below a dollar; ≥ where some requests have no known cost.
function usd(value, cost) {
  if (value === null || value === undefined) return UNKNOWN;
  const cents = value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const small = value > 0 && value < 1 ? value.toFixed(2 - Math.floor(Math.log10(value))).replace(/0+$/, "") : "";
  return (cost && Object.keys(cost.unknown).length > 0 ? "≥\u00a0$" : "$") + (small.length >= cents.length ? small : cents);
}

function table(heads, rows, kind) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": heads.map((head) => head.name).join(", ") },
    el("table", { class: kind },
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { class: head.kind, scope: "col" }, head.name)))),
      el("tbody", {}, rows)));
}

function row(heads, cells) {
  return el("tr", {}, cells.map((cell, at) => at === 0
    ? el("th", { class: heads[at].kind, scope: "row" }, cell)
    : el("td", { class: heads[at].kind }, cell)));
}

function group(name, width) {
  return el("tr", { class: "group" }, el("th", { colspan: width, scope: "rowgroup" }, name));
}

function fold(summary, ...content) {
  return el("details", { class: "inner" }, el("summary", {}, summary), content);
}

function section(id, ...content) {
  return el("section", { "aria-labelledby": id }, el("h2", { id }, text(id)), content);
}

const note = (name, values) => el("p", { class: "note" }, text(name, values));
