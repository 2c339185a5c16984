// Self-hosted or hosted: what rows cost where they run, from which volume own machines pay, and which rows no other beats.

const compared = data.report.hosting;
const hasOwn = compared !== null && compared.rows.some((row) => row.hour_usd !== null);
const priced = compared === null ? [] : compared.rows.filter((row) => row.usd !== null && row.success.mean !== null);

function hosting() {
  if (!hasOwn && priced.length < 2) return null;
  return section(hasOwn ? "hosting" : "cost_time", hasOwn && note("hosting_note"), hostingRows(), paretos(),
    hasOwn && [saturated(), breakEven(), el("h3", {}, text("assumptions")), assumptions()], differences());
}

const partly = (row) => ({ unknown: row.unpriced > 0 ? [1] : [] });
const between = (found, say) => (found.low === null ? UNKNOWN : `${say(found.low)}\u00a0–\u00a0${found.high === null ? "∞" : say(found.high)}`);
const some = (value) => (value === null || value === undefined ? UNKNOWN : value < 10 ? String(Number(value.toPrecision(2))) : whole(Math.round(value)));

// A figure with its interval beneath it.
const withRange = (words, found, say) => [words, el("span", { class: "gloss num" }, between(found, say))];

function hostingRows() {
  const heads = [{ name: text("model"), kind: "model" }, { name: text("where") }, { name: text("success"), kind: "right" }, { name: text("per_trial"), kind: "right strong" },
    { name: text("per_solved"), kind: "right strong" }, { name: text("trial_seconds"), kind: "right" }, { name: text("trials_per_hour"), kind: "right" }, { name: text("best_in") }];
  const best = (row) => [compared.cost_frontier.includes(row.model) && text("best_name|cost"), compared.time_frontier.includes(row.model) && text("best_name|time")].filter(Boolean).join(", ");
  return [table(heads, compared.rows.map((one) => row(heads, [one.model, text("where_name|" + one.where), [percent(one.success.mean), el("span", { class: "gloss num" }, range(one.success))],
    withRange(usd(one.cost_per_trial.mean, partly(one)), one.cost_per_trial, usd), withRange(usd(one.cost_per_solved.mean, partly(one)), one.cost_per_solved, usd),
    withRange(some(one.seconds_per_trial.mean), one.seconds_per_trial, some), some(one.trials_per_hour), best(one) || UNKNOWN])), "wide"), note("best_note")];
}

function saturated() {
  const rows = compared.rows.filter((row) => row.saturation !== null);
  if (rows.length === 0) return null;
  const heads = [{ name: text("model"), kind: "model" }, { name: text("token_rate"), kind: "right" }, { name: text("trials_per_hour"), kind: "right" }, { name: text("per_trial"), kind: "right strong" }, { name: text("per_solved"), kind: "right strong" }, { name: text("seen_by") }];
  return [el("h3", {}, text("saturation")), note("saturation_note"), table(heads, rows.map((one) => {
    const found = one.saturation;
    return row(heads, [one.model, `${some(found.input_per_second)} + ${some(found.output_per_second)}`, some(found.trials_per_hour), withRange(usd(found.cost_per_trial.mean), found.cost_per_trial, usd),
      withRange(usd(found.cost_per_solved.mean), found.cost_per_solved, usd),
      [text("seen_by_name|" + found.source), found.detail && ` ${found.detail}`, el("span", { class: "gloss" }, found.cached_share === null ? text("cache_unknown") : text("caches", { then: percent(found.cached_share), trials: percent(one.cached_share) }))]]);
  }), "wide")];
}

function breakEven() {
  if (compared.break_even.length === 0) return null;
  const heads = [{ name: text("own_row"), kind: "model" }, { name: text("against"), kind: "model" }, { name: text("unit") }, { name: text("needed"), kind: "right strong" }, { name: text("at_measured"), kind: "right" }, { name: text("at_saturation"), kind: "right" }];
  const reached = (rate, verdict) => (verdict === null ? UNKNOWN : `${some(rate)}: ${text("verdict_name|" + verdict)}`);
  return [el("h3", {}, text("break_even")), note("break_even_note"), table(heads, compared.break_even.map((one) => row(heads, [one.own, one.hosted, text("unit_name|" + one.unit),
    one.per_hour.mean === null && one.unit === "solved" ? text("none_solved") : withRange((one.at_most ? "≤\u00a0" : "") + some(one.per_hour.mean), one.per_hour, some), reached(one.measured_per_hour, one.measured), reached(one.saturated_per_hour, one.saturated)])), "wide")];
}

// What the figures of each row of ours rest on, or why there are none.
function assumptions() {
  const share = (found) => (found.share === 1 ? "" : text("charged", { share: percent(found.share) }));
  const machines = (found) => (found.gpus ? text("gpus_at", { n: found.gpus, kind: found.kind || "GPU", usd: usd(found.gpu_hour) }) : text("machine_at", { usd: usd(found.gpu_hour) }));
  const about = (one) => {
    if (one.untold !== null) return [text("no_cost", { why: text("untold_cost|" + one.untold) })];
    if (one.where === "hosted") return [text("hosted_cost")];
    return [text("hour_of", { usd: usd(one.hour_usd), machines: machines(one.hosting) + share(one.hosting) }) + (one.hosting.illustrative ? text("made_up") : ""),
      text("busy", { seconds: some(one.busy_seconds), trials: whole(one.trials), flying: some(one.in_flight) }),
      one.saturation === null && text("not_saturated", { why: text("unsaturated|" + one.unsaturated) })].filter(Boolean);
  };
  return [el("dl", { class: "facts remarks" }, compared.rows.map((one) => [el("dt", {}, one.model), el("dd", {}, about(one).map((words) => el("div", {}, words)))])), note("own_prices")];
}

function differences() {
  if (compared.differences.length === 0) return null;
  const heads = [{ name: "" }, ...compared.rows.map((one) => ({ name: one.model }))];
  return [el("h3", {}, text("differences")), table(heads, compared.differences.map((one) => row(heads, [text("aspect|" + one.aspect), ...compared.rows.map((row) => one.values[row.model] ?? UNKNOWN)])), "wide")];
}

function paretos() {
  const cost = (one) => one.cost_per_trial, seconds = (one) => one.seconds_per_trial;
  return [pareto("pareto_cost", cost, usd, compared.cost_frontier, (one) => one.saturation?.cost_per_trial), pareto("pareto_time", seconds, (value) => `${some(value)} s`, compared.time_frontier, () => null)];
}
