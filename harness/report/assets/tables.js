// The tables: how good, of what made, what went wrong, how fast, and where it all comes from.

const models = data.report.models;
const mixed = models.some((model) => !model.simulated);
const forced = models.some((model) => model.first_call === "required");
// A model's name, with what has to be known of it beside every figure.
const marked = (model) => model.model + (model.simulated && mixed ? " · SIMULATED" : "") + (model.first_call === "required" ? " †" : "");
const signed = (share) => (share === null ? UNKNOWN : (share > 0 ? "+" : "") + (100 * share).toFixed(1).replace("-", "−"));
const pValue = (value) => (value === null ? UNKNOWN : value < 0.0001 ? "< 0.0001" : value.toFixed(4));
const count = (n, one, many) => (n === 1 ? text(one) : text(many, { n: whole(n) }));

function banners() {
  const { simulated, valid, trials, planned } = data.report;
  const excluded = data.report.excluded_trials;
  const all = models.every((model) => model.simulated);
  return [
    simulated && banner("simulated", text(all ? "simulated_why" : "part_simulated_why")),
    !valid && banner("invalid", text("invalid_why", { excluded, trials, share: percent(excluded / trials) })),
    data.report.hosting?.illustrative && banner("illustrative", text("illustrative_why")),
    planned > trials && banner("unfinished", text("unfinished_why", { trials, planned })),
  ];
}

function banner(name, words) {
  return el("p", { class: "banner", role: "note" }, el("b", {}, text(name)), " ", words);
}

function summary() {
  const { run, report } = data;
  const graded = models.reduce((sum, model) => sum + model.graded, 0);
  const values = {
    models: count(models.length, "one_model", "models"), scenarios: count(data.scenarios.length, "one_scenario", "scenarios"),
    suites: count(run.suites.length, "one_suite", "suites_n"), repeats: count(run.repeats, "once", "times"),
    trials: whole(report.trials), graded: whole(graded),
  };
  const talks = data.scenarios.some((scenario) => scenario.title && !scenario.reading);
  const theirs = benchmarksPlayed();
  const reads = data.scenarios.some((scenario) => scenario.reading);
  const { user, judge } = run;
  const beside = (key, who) => who && " " + text(who.model ? key : key + "_script", who.model ? { model: who.model.label, served: servedBy(who.model.label) } : {});
  return [el("p", {}, text("did", values), beside("did_user", user), talks && " " + text("did_talks"), reads && " " + text("did_read"), beside("did_judge", judge) || " " + text("did_rules")), el("p", {}, text("means"), reads && " " + text("means_read"), theirs.length > 0 && [" ", text("means_theirs", { names: theirs.map(benchmarkName).join(", ") })])];
}

// What served a model of ours, and on what; empty for others.
function servedBy(name) {
  const engine = data.run.engines[name], host = data.run.hosting[name];
  const on = host && host.gpus !== null ? (host.gpus ? `${host.gpus} × ${host.kind || "GPU"}` : "CPU") : "";
  const said = [engine && engine.served_by, on].filter(Boolean).join(", ");
  return said ? ` (${said})` : "";
}

// A scale from 0 to 1 with the interval as a band, the mean as a stroke and the floor as a dashed stroke.
function bar(success, floor) {
  const at = (value) => (100 * value).toFixed(2) + "%";
  const label = `${percent(success.mean)} [${range(success)}], ${text("floor")} ${percent(floor)}`;
  const known = success.mean !== null;
  return svg("svg", { role: "img", "aria-label": label },
    svg("title", {}, label),
    svg("line", { class: "axis", x1: "0%", x2: "100%", y1: 10.5, y2: 10.5 }),
    [0, 0.25, 0.5, 0.75, 1].map((tick) => svg("line", { class: "axis", x1: at(tick), x2: at(tick), y1: 7, y2: 14 })),
    known && success.low !== null && svg("rect", { class: "band", x: at(success.low), width: at(success.high - success.low), y: 5, height: 11 }),
    floor !== null && svg("line", { class: "floor", x1: at(floor), x2: at(floor), y1: 1, y2: 20 }),
    known && svg("line", { class: "mean", x1: at(success.mean), x2: at(success.mean), y1: 2, y2: 19 }));
}

function results() {
  const tries = [...new Set(models.flatMap((model) => Object.keys(model.pass_hat_k).map(Number)))].sort((a, b) => a - b);
  const shown = tries.filter((k) => k > 1).slice(-1);
  const heads = [
    { name: text("model"), kind: "model" }, { name: text("graded_of"), kind: "right" }, { name: text("success"), kind: "right strong" },
    { name: text("interval"), kind: "right" }, { name: "0 … 100 %", kind: "bar" }, { name: text("floor"), kind: "right" }, { name: text("score"), kind: "right" },
    ...shown.flatMap((k) => [{ name: text("pass_all", { k }), kind: "right" }, { name: text("pass_any", { k }), kind: "right" }]),
  ];
  const line = (model, part, graded, of) => row(heads, [
    marked(model), `${whole(graded)} / ${whole(of)}`, percent(part.success.mean), range(part.success), bar(part.success, part.floor),
    percent(part.floor), part.metrics.score ? percent(part.metrics.score.mean) : UNKNOWN,
    ...shown.flatMap((k) => [percent(part.pass_hat_k?.[k]), percent(part.pass_at_k?.[k])]),
  ]);
  const rows = suites().flatMap((suite) => [
    group(ruled(suite), heads.length),
    ...models.flatMap((model) => model.suites.filter((part) => part.suite === suite).map((part) => line(model, part, part.n, part.trials))),
  ]);
  const all = models.map((model) => line(model, model, model.graded, model.trials));
  const overall = suites().length > 1 ? [group(text("all_suites"), heads.length), ...all] : [];
  return section("results", table(heads, [...overall, ...rows], "wide"), el("p", { class: "note" }, text("results_note"), shown.length > 0 && " " + text("pass_note"), forced && " " + text("forced_note")));
}

const suites = () => [...new Set(models.flatMap((model) => model.suites.map((part) => part.suite)))];

function components() {
  const pick = (suite) => (model) => model.suites.find((part) => part.suite === suite)?.metrics || {};
  return section("components", note("components_note"), componentTable((model) => model.metrics),
    suites().length > 1 && fold(text("by_suite"), suites().map((suite) => [el("h3", {}, suite), componentTable(pick(suite))])));
}

// A score `NAME_f1` that has its precision and recall beside it is one row with all three.
function componentTable(metricsOf) {
  const known = Object.keys(text("metric"));
  const verdicts = benchmarksPlayed().length > 0 ? ["theirs", "ours"] : []; // they have a section of their own
  const found = new Set(models.flatMap((model) => Object.keys(metricsOf(model))).filter((name) => !verdicts.includes(name)));
  const names = [...known.filter((name) => found.has(name)), ...[...found].filter((name) => !known.includes(name) && !name.includes(".")).sort()];
  const heads = [{ name: text("component") }, ...models.map((model) => ({ name: marked(model) }))];
  return table(heads, names.map((name) => {
    const [title, gloss] = known.includes(name) ? text("metric|" + name) : [name, ""];
    return row(heads, [[title, gloss && el("span", { class: "gloss" }, gloss)], ...models.map((model) => metricCell(metricsOf(model), name))]);
  }), "wide");
}

function metricCell(metrics, name) {
  const metric = metrics[name];
  if (!metric || metric.mean === null) return UNKNOWN;
  const stem = { state: "state.", calls: "calls.exact_" }[name] || name.replace(/f1$/, "");
  const [precision, recall] = [metrics[stem + "precision"], metrics[stem + "recall"]];
  return [el("span", { class: "num" }, el("span", { class: "strong" }, percent(metric.mean)), " ",
    el("span", { class: "soft" }, `[${range(metric)}] n ${whole(metric.n)}`)),
  stem !== name && precision && recall && el("span", { class: "gloss num" },
    `${text("precision")} ${percent(precision.mean)}, ${text("recall")} ${percent(recall.mean)}`)];
}

function wrong() {
  const failed = models.filter((model) => Object.keys(model.root_causes).length > 0);
  const lost = models.flatMap((model) => model.suites.flatMap((part) => Object.values(part.scenarios))).reduce((sum, one) => sum + one.graded - one.succeeded, 0);
  const rooted = models.flatMap((model) => Object.values(model.root_causes)).reduce((sum, n) => sum + n, 0);
  const alone = lost > rooted && el("p", {}, text("failed_theirs_alone", { n: whole(lost - rooted), all: whole(lost) }));
  if (failed.length === 0) return section("wrong", alone || el("p", {}, text("no_failures")));
  return section("wrong", alone, el("h3", {}, text("roots")), note("roots_note"), codeTable("root_causes"),
    el("h3", {}, text("codes")), note("codes_note"), codeTable("diagnosis"));
}

function codeTable(field) {
  const total = (code) => models.reduce((sum, model) => sum + (model[field][code] || 0), 0);
  const codes = [...new Set(models.flatMap((model) => Object.keys(model[field])))].sort((a, b) => total(b) - total(a));
  const most = Math.max(1, ...models.flatMap((model) => Object.values(model[field])));
  const heads = [{ name: text("code"), kind: "code" }, ...models.map((model) => ({ name: marked(model), kind: "bar" }))];
  return table(heads, codes.map((code) => row(heads, [
    [el("span", { class: "mono" }, code), el("span", { class: "gloss" }, data.codes[language][code] || "")],
    ...models.map((model) => countBar(model[field][code] || 0, most)),
  ])), "wide");
}

function countBar(n, most) {
  return svg("svg", { role: "img", "aria-label": n },
    svg("rect", { class: "count", x: 0, y: 5, height: 11, width: (80 * n / most).toFixed(2) + "%" }),
    svg("text", { x: (80 * n / most).toFixed(2) + "%", dx: n ? 6 : 0, y: 15, fill: "currentColor", "font-size": 12.5 }, whole(n)));
}

function excluded() {
  const parts = models.flatMap((model) => model.exclusions.map((part) => ({ ...part, model: marked(model) })));
  if (parts.length === 0) return null;
  const heads = [{ name: text("class") }, { name: text("model"), kind: "model" }, { name: text("count"), kind: "right" }, { name: text("messages") }];
  return section("excluded", note("excluded_note"), table(heads, parts.map((part) => row(heads, [
    [el("span", { class: "tag warn" }, part.ended), el("span", { class: "gloss" }, text("class_meaning|" + part.ended))],
    part.model, whole(part.trials),
    Object.entries(part.messages).map(([message, times]) => el("div", { class: "words" }, times > 1 ? `${whole(times)} × ` : "", message || UNKNOWN)),
  ])), "wide"));
}

function speed() {
  const three = (name) => [{ name: `${name} p50`, kind: "right" }, { name: "p95", kind: "right" }];
  const heads = [{ name: text("model"), kind: "model" }, { name: text("requests"), kind: "right" }, ...three(text("latency")), ...three("TTFT"), ...three("TPOT")];
  const counted = ["input", "cached", models.some((model) => model.usage.written > 0) && "written", "output", "reasoning"].filter(Boolean);
  const tokens = [{ name: text("model"), kind: "model" }, ...counted.map((name) => ({ name: text(name), kind: "right" }))];
  return section("speed", note("speed_note"),
    table(heads, models.map((model) => row(heads, [marked(model), whole(model.requests),
      ...[model.latency_ms, model.ttft_ms, model.tpot_ms].flatMap((part) => [time(part.p50), time(part.p95)])])), "wide"),
    table(tokens, models.map((model) => row(tokens, [marked(model), ...counted.map((name) => whole(model.usage[name]))])), "wide"),
    models.filter((model) => model.documents?.readings.requests > 0).map((model) => note("readings_note", {
      model: marked(model), requests: whole(model.documents.readings.requests), tokens: whole(model.documents.readings.usage.input) })));
}

function provenance() {
  const { run } = data;
  const pairs = (entries) => el("dl", { class: "facts" }, entries.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  const mono = (value) => el("span", { class: "mono" }, value);
  const asked = [...run.models, ...[run.user, run.judge].filter((who) => who && who.model).map((who) => who.model)];
  const settings = [...new Map(asked.map((model) => [model.label, model])).values()].map((model) => [el("h3", {}, model.label, model.simulated ? " · SIMULATED" : ""), pairs([
    [text("model"), mono(model.model)], [text("wire"), mono(model.wire)],
    ...(model.base_url ? [[text("endpoint"), mono(model.base_url)]] : []),
    ...(model.provider ? [[text("provider"), mono(model.provider)]] : []),
    ...(model.thinking ? [[text("thinking"), [settingName(model.thinking), " ", mono(JSON.stringify(model.request))]]] : []),
    ...(model.label in run.prices ? [[text("prices_of"), mono(JSON.stringify(run.prices[model.label]))]] : []),
    [text("sampling"), Object.keys(model.sampling).length ? mono(JSON.stringify(model.sampling)) : text("provider_default")],
    [text("first_call"), model.first_call === "required" ? text("forced") : text("free")],
    ...(model.label in run.engines ? [[text("engine"), el("pre", {}, JSON.stringify(run.engines[model.label], null, 1))]] : []),
  ])]);
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(" · ");
  const digests = Object.entries(run.scenarios).map(([name, digest]) => `${digest}  ${name}`).join("\n");
  return section("provenance", pairs([
    [text("run"), mono(run.id)], [text("created"), run.created], [text("command"), mono(run.command)],
    [text("seed"), String(run.seed)], [text("agent"), run.agent], [text("transport"), run.transport],
    ...Object.entries(data.report.data).map(([suite, source]) => [text("data_of", { suite }), mono(source)]), [text("versions"), versions || UNKNOWN],
  ]), settings, fold(text("digests"), el("pre", {}, digests)));
}
