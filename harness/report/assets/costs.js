// What requests cost and how that is known, and what more thinking brought, took and cost.

const real = models.filter((model) => !model.simulated && model.requests > 0);

function costs() {
  const said = remarks();
  if (real.length === 0) return said;
  const amounts = [{ name: text("model"), kind: "model" }, { name: text("cost"), kind: "right strong" }, { name: text("reported"), kind: "right" }, { name: text("computed"), kind: "right" },
    { name: text("not_counted") }, { name: text("per_success"), kind: "right" }];
  const line = (name, part) => row(amounts, [name, usd(part.cost_usd, part.cost), known(part.cost.reported), known(part.cost.computed), untold(part.cost),
    part.cost_per_success_usd === undefined ? "" : usd(part.cost_per_success_usd, part.cost)]);
  const bySuite = () => suites().flatMap((suite) => [group(suite, amounts.length),
    ...real.flatMap((model) => model.suites.filter((part) => part.suite === suite).map((part) => line(marked(model), part)))]);
  const wholeRun = models.length > 1 ? [line(text("whole_run"), { cost_usd: data.report.cost_usd, cost: data.report.cost })] : [];
  const facts = [{ name: text("model"), kind: "model" }, { name: text("per_trial"), kind: "right" }, { name: text("requests"), kind: "right" }, { name: text("attempts"), kind: "right" }, { name: text("prices_of") }];
  return section("costs", note("costs_note"),
    table(amounts, [...real.map((model) => line(marked(model), model)), ...wholeRun], "wide"),
    suites().length > 1 && fold(text("by_suite"), table(amounts, bySuite(), "wide")),
    table(facts, real.map((model) => row(facts, [marked(model), usd(model.cost_per_trial_usd, model.cost), whole(model.requests), whole(model.attempts), prices(model.prices)])), "wide"),
    spent(data.report.spent), said);
}

// What was spent in all: more than the sums above where trials were played again.
function spent(found) {
  if (found === null || found.usd === null) return null;
  return el("p", {}, text("spent", { usd: usd(found.usd), requests: whole(found.requests) }),
    found.bound > 0 && text("spent_bound", { n: whole(found.bound) }), found.unknown > 0 && text("spent_unknown", { n: whole(found.unknown) }), text("stop"));
}

const known = (part) => (part.requests === 0 ? UNKNOWN : [usd(part.usd), el("span", { class: "gloss" }, count(part.requests, "one_request", "requests_n"))]);

function untold(cost) {
  const reasons = Object.entries(cost.unknown);
  return reasons.length === 0 ? whole(0) : reasons.map(([why, n]) => el("div", {}, el("span", { class: "num" }, whole(n)), " ", el("span", { class: "soft" }, text("untold|" + why))));
}

function prices(found) {
  if (found === null) return UNKNOWN;
  const rate = found.currency === "USD" ? null : found.usd === null ? text("no_rate", { currency: found.currency }) : text("rate_of", { currency: found.currency, usd: found.usd, date: found.rate_as_of });
  return [found.as_of, rate && ` · ${rate}`, el("span", { class: "gloss" }, `${text("known_by|" + found.known)}: ${found.source}`), found.disputed.map((words) => el("span", { class: "gloss" }, `${text("disputed")}: ${words}`))];
}

// What has to be known of the requests beside their figures, each said once for a model.
function remarks() {
  const kinds = (failed) => Object.entries(failed).map(([kind, n]) => `${kind} ${whole(n)}`).join(", ");
  const total = (failed) => Object.values(failed).reduce((sum, n) => sum + n, 0);
  const of = (model) => {
    const left = model.cost.unknown.doubtful || 0;
    return [
      model.doubtful > 0 && text(left === model.doubtful ? "doubtful_all" : "doubtful_some", { requests: count(model.doubtful, "one_request", "requests_n"), left: whole(left) }),
      total(model.failed_attempts) > 0 && text("failed_note", { n: whole(total(model.failed_attempts)), attempts: whole(model.attempts), kinds: kinds(model.failed_attempts) }),
      model.resent > 0 && text("resent_note", { n: whole(model.resent) }),
      model.thinking_not_engaged > 0 && text("not_engaged_note", { setting: settingName(model.thinking), n: whole(model.thinking_not_engaged), judged: whole(model.thinking_judged) }),
      ...Object.entries(model.conceded).map(([why, n]) => text("conceded_note", { why, n: whole(n), requests: whole(model.requests) })),
    ].filter(Boolean);
  };
  const found = models.map((model) => [model, of(model)]).filter(([, lines]) => lines.length > 0);
  return found.length > 0 && [el("h3", {}, text("remarks")), el("dl", { class: "facts remarks" }, found.map(([model, lines]) => [
    el("dt", {}, marked(model)), el("dd", {}, lines.map((line) => el("div", {}, line)))]))];
}

// What the cost cap left out.
function cap() {
  const found = models.flatMap((model) => Object.entries(model.not_played).map(([why, n]) => [marked(model), n, why]));
  if (found.length === 0) return null;
  const heads = [{ name: text("model"), kind: "model" }, { name: text("count"), kind: "right" }, { name: text("messages") }];
  return section("cap", note("cap_note"), table(heads, found.map(([model, n, why]) => row(heads, [model, whole(n), el("div", { class: "words" }, why)])), "wide"));
}

const settingName = (setting) => text("setting_name|" + setting);
const KINDS = ["off", "budget", "effort", "on", "free"];
const EFFORTS = ["minimal", "low", "medium", "high", "xhigh", "max"];

// One model at several settings of thinking is a line; the settings are places on the axis, from the least thinking to the most.
function thought() {
  const all = data.report.thinking;
  if (all.length === 0) return null;
  const rank = (point) => [KINDS.indexOf(point.kind), point.kind === "budget" ? Number(point.setting) : EFFORTS.indexOf(point.setting)];
  const points = all.flatMap((one) => one.points).sort((a, b) => rank(a)[0] - rank(b)[0] || rank(a)[1] - rank(b)[1]);
  const settings = [...new Set(points.map((point) => point.setting))];
  const ticks = settings.map(settingName);
  const drawn = (title, pick, scale) => chart(text(title), ticks, all.map((one) => ({
    name: one.name,
    points: one.points.filter((point) => pick(point).mean !== null).map((point) => ({ at: settings.indexOf(point.setting), score: pick(point), n: point.graded, loose: point.kind === "free", of: point, mark: title === "cost_by_setting" && point.unpriced > 0 && "≥" })),
  })).filter((line) => line.points.length > 0), { scale });
  const alone = (mean) => ({ mean, low: null, high: null });
  const round = (value) => Number(value.toPrecision(2)).toLocaleString("en-US", { maximumSignificantDigits: 2 });
  const most = (pick) => Math.max(0, ...points.map((point) => pick(point) || 0));
  const cost = (point) => point.cost_per_trial_usd;
  const latency = (point) => point.latency_ms.p50;
  return section("thought", note("thought_note"),
    drawn("success_by_setting", (point) => point.success),
    most(cost) > 0 && drawn("cost_by_setting", (point) => alone(cost(point)), amounts(most(cost), (value) => "$" + round(value), (point) => usd(cost(point.of), { unknown: point.of.unpriced ? [1] : [] }))),
    most(latency) > 0 && drawn("latency_by_setting", (point) => alone(latency(point)), amounts(most(latency), round, (point) => `${time(latency(point.of))} ms`)),
    settingTable(all));
}

function settingTable(all) {
  const heads = [{ name: text("setting") }, { name: text("graded_of"), kind: "right" }, { name: text("success"), kind: "right strong" }, { name: text("interval"), kind: "right" },
    { name: text("per_trial"), kind: "right" }, { name: `${text("latency")} p50`, kind: "right" }, { name: text("reasoning_per_trial"), kind: "right" }, { name: text("not_engaged"), kind: "right" }];
  return table(heads, all.flatMap((one) => [group(one.name, heads.length), ...one.points.map((point) => row(heads, [
    settingName(point.setting), `${whole(point.graded)} / ${whole(point.trials)}`, percent(point.success.mean), range(point.success),
    usd(point.cost_per_trial_usd, { unknown: point.unpriced ? [1] : [] }), time(point.latency_ms.p50),
    whole(point.reasoning_per_trial === null ? null : Math.round(point.reasoning_per_trial)),
    point.judged === null ? UNKNOWN : `${whole(point.not_engaged)} / ${whole(point.judged)}`]))]), "wide");
}

// The requests of one trial, folded away below its conversation.
function requests(talk) {
  if (talk.requests.length === 0 && talk.unanswered.length === 0) return null;
  const heads = [{ name: text("request"), kind: "right" }, ...["input", "cached", "output", "reasoning"].map((name) => ({ name: text(name), kind: "right" })),
    { name: "ms", kind: "right" }, { name: text("cost"), kind: "right strong" }, { name: text("basis") }];
  const about = (one) => [text("basis_name|" + one.basis), [
    one.doubt, one.written > 0 && text("written_n", { n: whole(one.written) }), one.failed.length > 0 && text("after_failed", { kinds: one.failed.join(", ") }), ...one.conceded,
  ].filter(Boolean).map((words) => el("span", { class: "gloss" }, words))];
  return el("div", { lang: language }, fold(text("requests_of", { cost: usd(talk.cost_usd, { unknown: talk.requests.filter((one) => one.cost_usd === null) }) }),
    talk.requests.length > 0 && table(heads, talk.requests.map((one, at) => row(heads, [whole(at + 1), ...["input", "cached", "output", "reasoning"].map((name) => whole(one[name])),
      time(one.ms), usd(one.cost_usd), about(one)])), ""),
    talk.unanswered.length > 0 && el("p", { class: "bad" }, text("unanswered", { kinds: talk.unanswered.join(", ") }))));
}
