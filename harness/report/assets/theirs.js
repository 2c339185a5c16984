// Suites of other benchmarks: their verdict, the same without known defects, and ours, side by side and never mixed.

const BENCHMARKS = { bfcl: "BFCL" };
const foreign = (suite) => models.flatMap((model) => model.suites.filter((part) => part.suite === suite && part.theirs)
  .map((part) => ({ model, part, theirs: part.theirs })));
const foreignSuites = () => suites().filter((suite) => foreign(suite).length > 0);
const benchmarksPlayed = () => [...new Set(foreignSuites().flatMap((suite) => foreign(suite).map((one) => one.theirs.benchmark)))];
const benchmarkName = (name) => BENCHMARKS[name] || name;

// A suite with whose rules its trials succeed by, where those are not ours.
function ruled(suite) {
  const found = foreign(suite);
  return found.length === 0 ? suite : [suite, el("span", { class: "soft" }, ` · ${text("by_rules_of", { name: benchmarkName(found[0].theirs.benchmark) })}`)];
}

const differing = (other) => (other === null ? UNKNOWN : other.differs === 0 ? whole(0)
  : `${whole(other.differs)} (${whole(other.theirs_alone)})`);

function theirRules() {
  const names = foreignSuites();
  if (names.length === 0) return null;
  const right = (name) => ({ name: text(name), kind: "right" });
  const heads = [{ name: text("model"), kind: "model" }, { name: text("theirs"), kind: "right strong" }, right("corrected"), right("differs"), right("ours"), right("differs"),
    right("floor"), right("graded_of")];
  const line = ({ model, part, theirs }) => row(heads, [marked(model), verdict(part), verdict(theirs.corrected), differing(theirs.corrected), verdict(theirs.ours), differing(theirs.ours),
    percent(part.floor), `${whole(part.n)} / ${whole(part.trials)}`]);
  const whose = (suite) => [ruled(suite), el("span", { class: "gloss" }, `${text("data")}: `, el("span", { class: "mono" }, data.report.data[suite] || UNKNOWN))];
  return section("their_rules", note("their_rules_note"),
    table(heads, names.flatMap((suite) => [group(whose(suite), heads.length), ...foreign(suite).map(line)]), "wide tight"),
    explained(names), theirTries(names), theirParts());
}

const verdict = (other) => (other === null ? UNKNOWN : [percent(other.success.mean), el("span", { class: "gloss" }, range(other.success))]);

// Which known defects of a benchmark's rules make the corrected verdict another one.
function explained(names) {
  const found = names.flatMap((suite) => foreign(suite).flatMap(({ model, theirs }) => Object.entries(theirs.defects).map(([code, n]) => [code, suite, marked(model), n])));
  const corrected = names.some((suite) => foreign(suite).some(({ theirs }) => theirs.corrected !== null));
  if (found.length === 0) return corrected && el("p", {}, text("no_defects_met"));
  const heads = [{ name: text("defect"), kind: "code" }, { name: text("suite") }, { name: text("model"), kind: "model" }, { name: text("count"), kind: "right" }];
  return [el("h3", {}, text("defects_met")), note("defects_note"), table(heads, found.map(([code, suite, model, n]) => row(heads, [
    [el("span", { class: "mono" }, code), el("span", { class: "gloss" }, text("defect_meaning|" + code) === code ? "" : text("defect_meaning|" + code))], suite, model, whole(n)])), "wide")];
}

// pass^1 to pass^k as the benchmarks publish it, each with its interval.
function theirTries(names) {
  const most = Math.max(1, ...names.flatMap((suite) => foreign(suite).map(({ part }) => part.reliability.graded.pass_hat.length)));
  if (most === 1) return null;
  const ks = most <= 4 ? [...Array(most).keys()].map((at) => at + 1) : [1, 2, 3, 4, most];
  const heads = [{ name: text("model"), kind: "model" }, ...[...new Set(ks)].map((k) => ({ name: text("pass_all", { k }), kind: "right" })), { name: text("floor"), kind: "right" }];
  const cell = (found) => (found === undefined ? UNKNOWN : [percent(found.mean), el("span", { class: "gloss" }, range(found))]);
  return [el("h3", {}, text("their_tries")), note("their_tries_note"), table(heads, names.flatMap((suite) => [group(ruled(suite), heads.length),
    ...foreign(suite).map(({ model, part }) => row(heads, [marked(model), ...[...new Set(ks)].map((k) => cell(part.reliability.graded.pass_hat.find((one) => one.k === k))), percent(part.floor)]))]), "wide")];
}

// What a benchmark's verdict is made of, apart from the scores of ours.
function theirParts() {
  const prefixes = benchmarksPlayed().map((name) => name + ".");
  const isPart = (name) => prefixes.some((prefix) => name.startsWith(prefix) && name !== prefix + "corrected") && !name.endsWith(".corrected");
  const names = [...new Set(models.flatMap((model) => Object.keys(model.metrics)))].filter(isPart);
  if (names.length === 0) return null;
  const heads = [{ name: text("component") }, ...models.map((model) => ({ name: marked(model) }))];
  const cell = (metrics, name) => [metricCell(metrics, name), metrics[name + ".corrected"] && metrics[name + ".corrected"].mean !== metrics[name].mean
    && el("span", { class: "gloss num" }, `${text("corrected")} ${percent(metrics[name + ".corrected"].mean)}`)];
  return fold(text("their_parts"), note("their_parts_note"), table(heads, names.map((name) => row(heads, [el("span", { class: "mono" }, name), ...models.map((model) => cell(model.metrics, name))])), "wide"));
}

// BFCL's number: its parts, what was played of each, and what counted as zero.
function leaderboard() {
  const found = models.filter((model) => model.bfcl);
  if (found.length === 0) return null;
  const heads = [{ name: text("part") }, { name: text("weight"), kind: "right" }, { name: text("accuracy"), kind: "right strong" }, { name: text("played_part") }, { name: text("as_zero") }];
  const played = (one) => el("div", {}, el("span", { class: "mono" }, one.category), " ", percent(one.accuracy), " ",
    el("span", { class: one.tasks < one.of ? "warn" : "soft" }, text("tasks_of", { n: whole(one.tasks), of: whole(one.of) })));
  const board = (model) => [group(marked(model), heads.length),
    row(heads, [el("span", { class: "strong" }, text("overall")), percent(1, 0), percent(model.bfcl.overall), text("at_most", { share: percent(model.bfcl.most) }), ""]),
    ...model.bfcl.groups.map((part) => row(heads, [text("bfcl_group|" + part.group), percent(part.weight, 0), percent(part.accuracy),
      part.categories.length === 0 ? UNKNOWN : part.categories.map(played), part.missing.length === 0 ? UNKNOWN : el("span", { class: "mono" }, part.missing.join(", "))]))];
  return section("leaderboard", note("leaderboard_note"), found.some((model) => model.bfcl.slices) && el("p", {}, el("span", { class: "warn" }, text("slices_note"))),
    table(heads, found.flatMap(board), "wide board"));
}
