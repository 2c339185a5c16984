// Who else was asked: the models that played users, and the judges; each with a bill of its own.

const bill = (value, unpriced) => (value === null ? UNKNOWN : (unpriced > 0 ? "≥\u00a0" : "") + usd(value));
const counts = (found, words) => (Object.keys(found).length === 0 ? UNKNOWN : Object.entries(found).map(([name, n]) =>
  el("div", {}, el("span", { class: "num" }, whole(n)), " ", el("span", { class: "mono" }, name), words && el("span", { class: "gloss" }, text(words + "|" + name) === name ? "" : text(words + "|" + name)))));

function others_asked() {
  const users = models.flatMap((model) => model.users.map((user) => ({ model, user })));
  const judges = data.report.judges;
  if (users.length === 0 && judges.length === 0) return null;
  return section("asked_too", users.length > 0 && simulatedUsers(users), judges.length > 0 && judgesAsked(judges));
}

function simulatedUsers(users) {
  const right = (name) => ({ name: text(name), kind: "right" });
  const heads = [{ name: text("model"), kind: "model" }, { name: text("played_by"), kind: "model" }, { name: text("cost"), kind: "right strong" }, ...["conversations", "requests", "input", "output"].map(right)];
  const ends = [{ name: text("model"), kind: "model" }, { name: text("how_ended") }, { name: text("user_broken") }, { name: text("user_noted") }];
  const otherwise = (user) => user.trials - [user.stopped, user.broken].flatMap(Object.values).reduce((sum, n) => sum + n, 0);
  return [el("h3", {}, text("simulated_users")), note("users_note"),
    table(heads, users.map(({ model, user }) => row(heads, [marked(model), user.model, user.requests === 0 ? UNKNOWN : bill(user.cost_usd, user.unpriced),
      ...[user.trials, user.requests, user.usage.input, user.usage.output].map(whole)])), "wide"),
    table(ends, users.map(({ model, user }) => row(ends, [marked(model),
      [Object.keys(user.stopped).length > 0 && counts(user.stopped, "stopped"), otherwise(user) > 0 && el("div", {}, el("span", { class: "num" }, whole(otherwise(user))), " ", text("ended_otherwise"))],
      counts(user.broken, "user_fault"), counts(user.noted, "user_fault")])), "wide")];
}

function judgesAsked(judges) {
  const right = (name) => ({ name: text(name), kind: "right" });
  const heads = [{ name: text("judge"), kind: "model" }, right("judge_trials"), right("verdicts"), right("verdicts_met"), { name: text("judge_failed") }, right("requests"), right("input"), right("output"),
    { name: text("cost"), kind: "right strong" }];
  return [el("h3", {}, text("judges")), note("judges_note"), table(heads, judges.map((one) => row(heads, [
    [one.model, el("span", { class: "gloss" }, text("judge_prompt", { versions: one.prompts.join(", ") }))], whole(one.trials), whole(one.verdicts), whole(one.met),
    counts(one.failed), whole(one.requests), whole(one.usage.input), whole(one.usage.output), one.requests === 0 ? UNKNOWN : bill(one.cost_usd, one.unpriced)])), "wide")];
}
