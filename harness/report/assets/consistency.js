// Whether a model says the same about the same, and what was planned beside what it took.

// Figures that are no share: shown as numbers.
const PLAIN = new Set(["kappa", "first_sway", "pwc", "timeline_tau"]);
const FIGURES = {
  facts: ["consistent_and_correct", "accuracy", "agreement", "strict_agreement", "kappa", "unparsed"],
  time: ["harmful_flips", "helpful_flips", "swayed", "first_sway", "pwc", "pwc_share", "before_told"],
  wordings: ["wording_agreement", "wording_strict_agreement"],
  updates: ["update_uptake", "update_stale", "update_mixed", "update_other", "update_before"],
  contradictions: ["contradiction_f1", "contradiction_precision", "contradiction_recall", "contradiction_values_f1"],
  timelines: ["timeline_exact", "timeline_tau"],
  ledgers: ["ledger_exact", "ledger_nearness", "ledger_self_check"],
  orders: ["order_invariance", "order_spread"],
  repeats: ["aptitude", "unreliability"],
};

function consistency() {
  const of = readers.filter((model) => model.documents.consistency !== null).map((model) => [marked(model), model.documents.consistency]);
  if (of.length === 0) return null;
  const heads = [{ name: text("figure") }, ...of.map(([name]) => ({ name }))];
  const known = (name) => of.some(([, found]) => found[name].n > 0);
  const rows = Object.entries(FIGURES).filter(([, names]) => names.some(known)).flatMap(([title, names]) => [
    group(text("consistency_group|" + title), heads.length),
    ...names.filter(known).map((name) => row(heads, [label("consistency_name|" + name), ...of.map(([, found]) => figure(found[name], PLAIN.has(name)))]))]);
  const kinds = Object.keys(of[0][1].accuracy_by_kind).filter((kind) => of.some(([, found]) => found.accuracy_by_kind[kind].n > 0));
  const byKind = kinds.length === 0 ? [] : [group(text("variant|fact_kind"), heads.length),
    ...kinds.map((kind) => row(heads, [text("kind_name|" + kind), ...of.map(([, found]) => figure(found.accuracy_by_kind[kind], false))]))];
  const lost = Object.values(FIGURES).flat().filter((name) => !known(name));
  return section("consistency", note("consistency_note"), table(heads, [...rows, ...byKind], "wide"),
    lags(of, "accuracy_by_lag", "acc_by_lag"), lags(of, "retention", "retention_by_lag"),
    lost.length > 0 && fold(text("not_observed", { n: lost.length }), el("ul", { class: "plain" }, lost.map((name) => el("li", {}, label("consistency_name|" + name)[0], ": ", text("no_observation"))))));
}

// A name with what it means beneath.
function label(name) {
  const found = text(name);
  return Array.isArray(found) ? [found[0], el("span", { class: "gloss" }, found[1])] : [found, null];
}

function figure(found, plain) {
  if (found.value === null) return el("span", { title: found.note }, UNKNOWN, " ", el("span", { class: "soft num" }, `n ${whole(found.n)}`));
  const shown = (value) => (plain ? value.toFixed(2) : (100 * value).toFixed(1));
  const ends = found.low === null ? "" : `[${shown(found.low)}\u00a0–\u00a0${shown(found.high)}] `;
  return el("span", { class: "num", title: found.note || null }, el("span", { class: "strong" }, plain ? shown(found.value) : percent(found.value)), " ",
    el("span", { class: "soft" }, `${ends}n ${whole(found.n)} / ${whole(found.documents)}`));
}

function lags(of, field, title) {
  const slices = (found) => found[field].map((part) => ({ key: part.first, upto: part.last, n: part.figure.n, score: { mean: part.figure.value, low: part.figure.low, high: part.figure.high } }));
  const several = of.filter(([, found]) => found[field].length > 0);
  return several.length > 0 && curve(text(title), several, slices, lagName);
}

// What was planned before the run, and what it took.
function planned() {
  const of = models.filter((model) => model.plan !== null);
  const skipped = models.flatMap((model) => Object.entries(model.skipped).map(([why, n]) => el("li", {}, `${marked(model)}: ${text("skipped_questions", { n: whole(n) })}: ${why}`)));
  const notAsked = skipped.length > 0 && [el("h3", {}, text("skipped")), el("ul", {}, skipped)];
  if (of.length === 0) return notAsked ? section("planned", notAsked) : null;
  const heads = [{ name: text("model"), kind: "model" }, { name: "" }, ...["trials", "requests", "input", "cached", "uncached", "output", "cost"].map((name) => ({ name: text(name), kind: "right" }))];
  const left = (input, cached) => (input === null || cached === null ? null : input - cached);
  const rows = of.flatMap((model) => [
    row(heads, [marked(model), text("plan"), whole(model.plan.trials), whole(model.plan.requests), ...["input", "cached", "uncached", "output"].map((name) => whole(model.plan.tokens[name])),
      [usd(model.plan.cost_usd.likely), el("span", { class: "gloss" }, `${usd(model.plan.cost_usd.low)} – ${usd(model.plan.cost_usd.high)}`)]]),
    row(heads, ["", text("fact"), whole(model.trials), whole(model.requests), whole(model.usage.input), whole(model.usage.cached), whole(left(model.usage.input, model.usage.cached)),
      whole(model.usage.output), usd(model.cost_usd, model.cost)]),
  ]);
  return section("planned", note("planned_note"), table(heads, rows, "wide"), notAsked);
}
