// How far a model can be relied on: one of k tries, all of k tries, and where the scatter comes from.

const played = models.map((model) => [model, model.reliability]);

function reliability() {
  const most = Math.max(1, ...played.flatMap(([, found]) => [found.graded, found.of_all].filter(Boolean).map((tries) => tries.pass_hat.length)));
  const lost = played.filter(([, found]) => found.of_all !== null);
  if (most === 1 && lost.length === 0) return null;
  const said = lost.map(([model, found]) => el("p", {}, text("lost", {
    model: marked(model), graded: percent(found.graded.success.mean), all: percent(found.of_all.success.mean),
    n: whole(Object.values(model.excluded).reduce((sum, n) => sum + n, 0)),
  })));
  return section("reliability", most > 1 && note("reliability_note"), said,
    most > 1 && [tries("pass_hat", "all_of_k", most), tries("pass_at", "one_of_k", most), fewer(), fold(text("in_numbers"), chances())], scatter());
}

// Figures of neighbouring k may be of different scenarios; then they need not even rise or fall as they must.
function fewer() {
  return denominators().flatMap(([name, found]) => {
    const short = found.pass_hat.filter((one) => one.scenarios < found.pass_hat[0].scenarios);
    return short.length === 0 ? [] : [note("fewer_note", { model: name, n: whole(found.pass_hat[0].scenarios), ks: short.map((one) => one.k).join(", ") })];
  });
}

// Every model's rows: of its graded trials, and of all that were played where some were excluded.
const denominators = () => played.flatMap(([model, found]) => [
  [marked(model), found.graded], ...(found.of_all === null ? [] : [[`${marked(model)}, ${text("of_all_played")}`, found.of_all]])]);

function tries(field, title, most) {
  const ticks = [...Array(most).keys()].map((at) => `k = ${at + 1}`);
  return chart(text(title), ticks, denominators().map(([name, found]) => ({
    name, points: found[field].map((one) => ({ at: one.k - 1, score: one, n: one.scenarios })),
  })));
}

function chances() {
  const heads = [{ name: "k" }, ...["pass^k", null, "pass@k", null].map((name) => ({ name: name || text("interval"), kind: name ? "right strong" : "right" })),
    { name: text("scenarios_head"), kind: "right" }];
  return table(heads, denominators().flatMap(([name, found]) => [group(name, heads.length), ...found.pass_hat.map((all, at) => {
    const one = found.pass_at[at];
    return row(heads, [whole(all.k), percent(all.mean), range(all), percent(one.mean), range(one), whole(all.scenarios)]);
  })]), "");
}

// What more repeats or more scenarios would bring.
function scatter() {
  const known = played.filter(([, found]) => found.variance !== null && found.error !== null);
  if (known.length === 0) return null;
  const half = (value) => (value === null ? UNKNOWN : "±" + (100 * value).toFixed(1));
  const share = ({ between, within }) => (between === null || between + within === 0 ? null : between / (between + within));
  const heads = [{ name: text("model"), kind: "model" }, ...["between_scenarios", "as_played", "twice_repeats", "endless_repeats", "twice_scenarios", "same_again"].map((name) => ({ name: text(name), kind: "right" }))];
  return [el("h3", {}, text("scatter")), note("scatter_note"), table(heads, known.map(([model, { variance, error }]) => row(heads, [
    marked(model), percent(share(variance)), ...[error.now, error.twice_repeats, error.endless_repeats, error.twice_scenarios, error.again].map(half)])), "wide")];
}

// Every two models on the scenarios and repeats that both played.
function modelPairs() {
  const found = data.report.pairs;
  if (found.length === 0) return null;
  const heads = [{ name: text("model"), kind: "model" }, { name: text("gap"), kind: "model" }, { name: text("scenarios_head"), kind: "right" }, { name: text("trial_pairs"), kind: "right" },
    { name: text("difference"), kind: "right strong" }, { name: text("interval"), kind: "right" }, { name: "p", kind: "right" }, { name: "p Holm", kind: "right" }];
  return section("two_models", note("two_models_note"), table(heads, found.map((pair) => row(heads, [
    pair.first, `− ${pair.second}`, whole(pair.scenarios), whole(pair.trials), signed(pair.gap.mean), range(pair.gap), pValue(pair.p), pValue(pair.p_holm)])), "wide"));
}
