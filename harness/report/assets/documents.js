// Long documents: how well they are read by length, depth, lag and layout, and how consistently.

const readers = models.filter((model) => model.documents !== null);

function documents() {
  if (readers.length === 0) return null;
  return section("documents", note("documents_note"), overview(), el("p", { class: "note" }, text("effective_note"), " ", text("n_eff_note")),
    readers.some((model) => model.documents.tasks.some((figures) => figures.cells.length > 0)) && heatKey(),
    series().map(oneSeries), layouts(), company(), pairs());
}

// One task in one language and layout, with the figures of every model that was asked it.
function series() {
  const found = new Map();
  for (const model of readers) {
    for (const figures of model.documents.tasks) {
      const name = seriesName(figures);
      found.set(name, [...(found.get(name) || []), [marked(model), figures]]);
    }
  }
  return [...found];
}

const seriesName = (part) => [taskName(part.task), text("language_name|" + part.language), part.layout && text("layout_name|" + part.layout)].filter(Boolean).join(" · ");
const taskName = (task) => { const name = text("task_name|" + task); return name === task ? task : `${name} (${task})`; };
const lengthName = (figures) => (part) => (figures.lengths_asked ? "" : "≤ ") + spelled(part.key);
const lagName = (part) => (part.upto !== null && part.upto !== part.key ? `${part.key}–${part.upto}` : String(part.key));

function effective(found) {
  if (found.tokens !== null) return (found.at_least ? "≥ " : "") + spelled(found.tokens);
  return el("span", { class: "soft" }, `${UNKNOWN} ${text("unsaid|" + found.unsaid)}`);
}

function overview() {
  const heads = [
    { name: text("model"), kind: "model" }, { name: text("n_documents"), kind: "right" }, { name: text("accuracy"), kind: "right" },
    { name: text("score"), kind: "right strong" }, { name: text("interval"), kind: "right" }, { name: "0 … 100 %", kind: "bar" },
    { name: text("effective"), kind: "right" }, { name: text("unparsed"), kind: "right" }, { name: "ρ", kind: "right" }, { name: "n_eff", kind: "right" },
  ];
  const line = ([model, figures]) => row(heads, [
    model, `${whole(figures.n)} / ${whole(figures.documents)}`, percent(figures.accuracy.mean), percent(figures.score.mean), range(figures.score),
    bar(figures.score, null), effective(figures.effective_length), percent(figures.rates.unparsed?.mean),
    figures.icc === null ? UNKNOWN : figures.icc.toFixed(2).replace("-", "−"), figures.n_eff === null ? UNKNOWN : figures.n_eff.toFixed(1),
  ]);
  return table(heads, series().flatMap(([name, of]) => [group(name, heads.length), ...of.map(line)]), "wide tight");
}

function oneSeries([name, of]) {
  const deep = of.filter(([, figures]) => figures.cells.length > 0);
  const lags = curve(text("by_lag"), of, (figures) => figures.by_lag, lagName);
  const lengths = curve(text("by_length"), of, (figures) => figures.by_length, lengthName(of[0][1]));
  return el("details", { class: "series", open: deep.length > 0 || lengths !== null },
    el("summary", {}, el("h3", {}, name)),
    deep.length > 0 && el("div", { class: "heats" }, deep.map(([model, figures]) => heatMap(model, figures))),
    lengths, lags, fold(text("in_numbers"), of.map(numbers)));
}

function heatKey() {
  return el("p", { class: "note heat-key" }, [0, 2, 4, 6, 8, 10].map((step) => el("span", { class: "swatch h" + step }, 10 * step)),
    el("span", { class: "swatch none" }), " ", text("not_asked"), ". ", text("heat_note"));
}

// Everything of one model in one series, as tables: what the drawings show, in words and with intervals.
function numbers([model, figures]) {
  const by = [
    [text("by_length"), figures.by_length, lengthName(figures)], [text("by_depth"), figures.by_depth, (part) => tenth(part.key)],
    [text("by_lag"), figures.by_lag, lagName],
    ...Object.entries(figures.by).map(([name, parts]) => [text("variant|" + name), parts, (part) => `${part.key}`]),
  ].filter(([, parts]) => parts.length > 0);
  const heads = [{ name: "" }, { name: "n", kind: "right" }, { name: text("documents_head"), kind: "right" },
    ...["accuracy", "score"].flatMap((name) => [{ name: text(name), kind: "right strong" }, { name: text("interval"), kind: "right" }])];
  const cells = [{ name: text("length") }, { name: text("depth") }, { name: "n", kind: "right" }, { name: text("score"), kind: "right strong" }, { name: text("wilson"), kind: "right" }];
  return [el("h4", {}, model),
    table(heads, by.flatMap(([title, parts, name]) => [group(title, heads.length), ...parts.map((part) => row(heads, [
      name(part), whole(part.n), whole(part.documents), percent(part.accuracy.mean), range(part.accuracy), percent(part.score.mean), range(part.score)]))]), ""),
    measured(figures),
    figures.cells.length > 0 && fold(text("cells"), table(cells, figures.cells.map((cell) => row(cells, [
      lengthName(figures)({ key: cell.tokens }), tenth(cell.tenth), whole(cell.n), percent(cell.score), range(cell)])), ""))];
}

// What went wrong how often, and what the scorers measured beside the score.
function measured(figures) {
  const heads = [{ name: text("component") }, { name: "n", kind: "right" }, { name: text("mean"), kind: "right strong" }, { name: text("interval"), kind: "right" }];
  const line = (name, part) => row(heads, [name, whole(part.n), percent(part.mean), range(part)]);
  const words = (name) => [text("measure|" + name), figures.tokenizers.length > 0 && name === "rouge1_f" && el("span", { class: "gloss mono" }, figures.tokenizers.join("; "))];
  const said = Object.entries(figures.outcomes).map(([name, n]) => `${data.codes[language][name] ? name : text("outcome_name|" + name)} ${whole(n)}`).join(", ");
  return [table(heads, [group(text("rates"), heads.length), ...Object.entries(figures.rates).map(([name, part]) => line(text("rate|" + name), part)),
    group(text("measured"), heads.length), ...Object.entries(figures.figures).filter(([, part]) => part.mean === null || part.mean <= 1).map(([name, part]) => line(words(name), part))], ""),
  el("p", { class: "note" }, text("outcomes"), ": ", said)];
}

function gapTable(rows) {
  const heads = [{ name: text("model"), kind: "model" }, { name: text("gap"), kind: "model" }, { name: text("pairs"), kind: "right" }, { name: text("documents_head"), kind: "right" }, { name: text("difference"), kind: "right strong" },
    { name: text("interval"), kind: "right" }, { name: text("only_first"), kind: "right" }, { name: text("only_second"), kind: "right" }, { name: "McNemar p", kind: "right" }, { name: "p Holm", kind: "right" }];
  return table(heads, rows.map(([title, gaps]) => [group(title, heads.length), ...gaps.map(([model, name, part]) => row(heads, [
    model, name, whole(part.n), whole(part.documents), signed(part.gap.mean), range(part.gap), whole(part.first_only), whole(part.second_only), pValue(part.p), pValue(part.p_holm)]))]), "wide");
}

// The same questions in several layouts.
function layouts() {
  const found = new Map();
  for (const model of readers) {
    for (const part of model.documents.layouts) {
      const name = seriesName(part);
      found.set(name, [...(found.get(name) || []), [marked(model), part]]);
    }
  }
  if (found.size === 0) return null;
  const called = (name) => text("layout_name|" + name);
  const gaps = [...found].map(([name, of]) => [name, of.flatMap(([model, part]) => part.gaps.map((gap) => [model, `${called(gap.first)} − ${called(gap.second)}`, gap]))]);
  return [el("h3", {}, text("layouts")), note("layouts_note"),
    [...found].map(([name, of]) => curve(name, of, (part) => part.layouts, (part) => called(part.key), false)), gapTable(gaps)];
}

// What it costs that questions share a document.
function company() {
  const found = readers.flatMap((model) => model.documents.coexistence.map((part) => [marked(model), part]));
  if (found.length === 0) return null;
  const heads = [{ name: text("model"), kind: "model" }, { name: text("questions") }, { name: text("bias"), kind: "right strong" }, { name: text("interval"), kind: "right" },
    { name: text("n_alone"), kind: "right" }, { name: text("n_company"), kind: "right" }];
  return [el("h3", {}, text("company")), note("company_note"), table(heads, found.map(([model, part]) => row(heads, [
    model, seriesName(part), part.bias === null ? UNKNOWN : (part.bias > 0 ? "+" : "") + (100 * part.bias).toFixed(1).replace("-", "−"), range(part),
    `${whole(part.n_alone)} / ${whole(part.documents_alone)}`, `${whole(part.n_company)} / ${whole(part.documents_company)}`])), "wide")];
}

function pairs() {
  const found = data.report.document_pairs;
  if (found.length === 0) return null;
  return [el("h3", {}, text("model_pairs")), note("model_pairs_note"), gapTable([[text("all_questions"), found.map((gap) => [gap.first, `− ${gap.second}`, gap])]])];
}
