// The trials: a grid of all of them, and each one that is on this page as a conversation.

const OUTCOME = { passed: ["✓", "good"], failed: ["✗", "bad"], not_graded: ["○", "warn"], not_played: ["·", "soft"] };
const trials = data.trials.map(([model, scenario, repeat, outcome, ended, score, root, talk], id) =>
  ({ id, model, scenario, repeat, outcome, ended, score, root, talk }));

function mark(trial) {
  const [sign, kind] = OUTCOME[trial.outcome];
  const words = `${text(trial.outcome)}, ${text("repeat", { n: trial.repeat })}`;
  return trial.talk === null
    ? el("span", { class: "sign " + kind, title: words, "aria-label": words }, sign)
    : el("a", { class: "sign " + kind, title: words, "aria-label": words, href: address(place().asked, "t" + trial.id) }, sign);
}

function grid() {
  const cells = new Map();
  for (const trial of trials) {
    const key = `${trial.scenario} ${trial.model}`;
    cells.set(key, [...(cells.get(key) || []), trial]);
  }
  const heads = [{ name: text("scenario") }, ...models.map((model) => ({ name: marked(model) }))];
  const cell = (mine) => {
    const graded = mine.filter((trial) => trial.outcome === "passed" || trial.outcome === "failed");
    const good = graded.filter((trial) => trial.outcome === "passed");
    const marks = mine.length <= 12 ? mine : mine.filter((trial) => trial.talk !== null).slice(0, 6);
    return mine.length === 0 ? UNKNOWN : [marks.map(mark), " ", el("span", { class: "soft num" }, `${good.length}/${graded.length}`)];
  };
  const rows = lines().flatMap((line, at, all) => [
    at === 0 || all[at - 1].suite !== line.suite ? group(line.suite, heads.length) : null,
    row(heads, [
      [el("span", { lang: line.language }, line.title || line.name), el("span", { class: "gloss mono" }, line.name)],
      ...models.map((_, model) => cell(line.scenarios.flatMap((scenario) => cells.get(`${scenario} ${model}`) || []))),
    ]),
  ]);
  return section("grid", note("grid_note"), table(heads, rows, "wide grid"));
}

// A scenario is a line; all questions on one document in one layout are one line together. What no model was asked has none.
function lines() {
  const found = new Map();
  const skipped = (scenario) => models.every((model) => Object.hasOwn(data.run.skipped[model.model] || {}, scenario.name));
  data.scenarios.forEach((scenario, at) => {
    if (skipped(scenario)) return;
    const name = scenario.reading ? `${scenario.suite}/${scenario.reading}` : scenario.name;
    if (!found.has(name)) found.set(name, { ...scenario, name, scenarios: [] });
    found.get(name).scenarios.push(at);
  });
  return [...found.values()];
}

function readable() {
  const order = { failed: 0, not_graded: 1, passed: 2 };
  const here = trials.filter((trial) => trial.talk !== null).sort((a, b) => order[a.outcome] - order[b.outcome] || a.id - b.id);
  const list = el("div", { id: "talks" });
  const counter = el("p", { class: "note", "aria-live": "polite" });
  const chosen = { model: "", suite: "", outcome: "", root: "" };
  const suiteOf = (trial) => data.scenarios[trial.scenario].suite;
  const draw = () => {
    const shown = here.filter((trial) => (chosen.model === "" || models[trial.model].model === chosen.model) &&
      (chosen.suite === "" || suiteOf(trial) === chosen.suite) && (chosen.outcome === "" || trial.outcome === chosen.outcome) &&
      (chosen.root === "" || trial.root === chosen.root));
    list.replaceChildren(...shown.map(entry));
    counter.replaceChildren(text("shown", { shown: whole(shown.length), all: whole(trials.length) }));
  };
  const choice = (name, field, values, label = (value) => value) => {
    const select = el("select", {}, el("option", { value: "" }, text("any")), values.map((value) => el("option", { value }, label(value))));
    select.addEventListener("change", () => { chosen[field] = select.value; draw(); });
    return el("label", {}, text(name), " ", select);
  };
  draw();
  return section("trials", note("trials_note"), el("div", { class: "filters" },
    choice("model", "model", models.map((model) => model.model)), choice("suite", "suite", suites()),
    choice("outcome", "outcome", Object.keys(order), text),
    choice("root_cause", "root", [...new Set(here.map((trial) => trial.root).filter(Boolean))].sort())),
  counter, list, others());
}

function others() {
  const left = trials.filter((trial) => trial.talk === null && (trial.outcome === "failed" || trial.outcome === "not_graded"));
  if (left.length === 0) return null;
  const name = (trial) => `${data.slugs[trial.model]}/${data.scenarios[trial.scenario].name}/${trial.repeat}`;
  return fold(text("named", { n: whole(left.length), command: `longspan show runs/${data.run.id} TRIAL` }),
    el("ul", { class: "plain mono" }, left.map((trial) => el("li", {}, name(trial), " ", OUTCOME[trial.outcome][0], " ", trial.root || trial.ended))));
}

function entry(trial) {
  const [sign, kind] = OUTCOME[trial.outcome];
  const talk = data.talks[trial.talk];
  const why = trial.outcome === "not_graded" ? trial.ended : trial.root;
  const node = el("details", { class: "trial", id: "t" + trial.id },
    el("summary", {},
      el("span", {}, el("span", { class: "mark " + kind }, sign), el("span", { lang: talk.language }, talk.title),
        el("span", { class: "gloss" }, `${talk.scenario} · ${talk.model} · ${text("repeat", { n: talk.repeat })}`)),
      el("span", {}, why && el("span", { class: "tag " + kind }, why))));
  node.addEventListener("toggle", () => {
    if (node.open && node.childElementCount === 1) node.append(conversation(talk));
  });
  return node;
}

function conversation(talk) {
  const value = (n) => (n === null ? UNKNOWN : n.toFixed(2));
  const facts = [
    [text("why"), talk.failure ? [talk.reason, el("br"), talk.failure] : talk.reason],
    [text("ended"), [el("span", { class: "mono" }, talk.ended), " ", text("class_meaning|" + talk.ended)]],
    [text("score"), value(talk.score)],
    ...(talk.user ? [[text("simulated_user"), [talk.user, talk.stopped && [" · ", text("stopped|" + talk.stopped)]]]] : []),
    ...(talk.thinking_not_engaged ? [[text("thinking"), el("span", { class: "warn" }, text("not_engaged_here"))]] : []),
    ...(talk.notes.length ? [[text("notes"), talk.notes.join(" · ")]] : []),
  ];
  const heads = [{ name: text("component") }, { name: text("score"), kind: "right" }, { name: text("why") }];
  const scores = talk.scores.map((score) => row(heads, [text("score_name|" + score.name), value(score.value), score.reason]));
  const system = data.systems[talk.system];
  return el("div", { class: "talk", lang: talk.language },
    el("dl", { class: "facts", lang: language }, facts.map(([name, words]) => [el("dt", {}, name), el("dd", {}, words)])),
    system && fold(text("system"), el("pre", {}, system)),
    talk.document && asked(talk.document),
    talk.history.length > 0 && fold(text("before"), talk.history.map(spoken)),
    talk.segments.map((part) => segment(part, talk.segments.length > 1)),
    finalState(talk.state),
    scores.length > 0 && fold(text("scores"), table(heads, scores, "")),
    requests(talk));
}

// What was asked of a document: what was shown before, what the answer rests on, and what was made of it.
function asked(part) {
  const deep = (one) => text("evidence_at", { part: one.part, depth: percent(Math.min(1, one.depth), 0) });
  const places = part.evidence.length === 0 ? text("no_evidence") : [part.evidence.length > 1 && `${text("rests|" + part.rests)} `,
    el("ul", { class: "places" }, part.evidence.map((one) => el("li", {}, el("span", { class: "soft" }, deep(one), ": "), el("q", { dir: "auto" }, one.text))))];
  const facts = [
    [text("document"), [el("span", { class: "mono" }, part.name), " · ", taskName(part.task)]],
    [text("shown_before"), [text("layout_gloss|" + part.layout), " ", text("read_so_far", { after: whole(part.after), parts: whole(part.parts), tokens: whole(part.tokens), tokenizer: part.tokenizer })]],
    ...(part.fact ? [[text("asked_about"), [part.fact, part.lag !== null && part.lag >= 0 && ` (${text("lag_of", { n: part.lag })})`]]] : []),
    [text("evidence"), places],
    [text("expected"), el("span", { class: "words", dir: "auto" }, part.expected)],
    [text("given"), part.given !== null ? el("span", { class: "words", dir: "auto" }, part.given) : text(part.whole_reply ? "whole_reply" : "no_answer_line")],
    ...(part.outcome ? [[text("judged"), [el("span", { class: "tag " + (part.outcome === "right" ? "good" : "bad") }, part.outcome), " ",
      data.outcomes[language][part.outcome] || "", " ", el("span", { class: "soft" }, part.why)]]] : []),
  ];
  return el("div", { class: "asked", lang: language }, el("dl", { class: "facts" }, facts.map(([name, words]) => [el("dt", {}, name), el("dd", {}, words)])));
}

const spoken = (one) => (one.kind === "call" ? call(one) : one.kind === "user_call" ? userCall(one) : words(one));

function segment(part, several) {
  return el("div", {}, several && el("p", { class: "segment" }, text("step", { id: part.id })),
    part.entries.map(spoken),
    part.missing.length > 0 && turn("missing", "", findings(part.missing.map((one) => ["✗", "bad", el("span", {},
      el("span", { class: "mono" }, `${one.tool} ${one.arguments}`),
      one.code !== "missing_call" && el("span", { class: "soft", lang: language }, ` (${text("instead", { code: one.code })})`))]))),
    part.facts.length > 0 && turn("facts", "", findings(part.facts.map(fact))));
}

function turn(who, kind, ...content) {
  return el("div", { class: "turn " + kind }, el("div", { class: "who", lang: language }, text(...[who].flat())), el("div", {}, content));
}

function words(one) {
  return turn(one.kind, one.kind,
    one.reasoning && fold(text("thinking"), el("pre", { dir: "auto" }, one.reasoning)),
    one.given && aside("greeting"), one.unheard && aside("unheard"),
    one.text ? el("pre", { class: "words", dir: "auto" }, withMarks(one.text, one.marks)) : el("span", { class: "soft" }, text("nothing_said")));
}

const aside = (name) => el("div", { class: "aside", lang: language }, text(name));

// The marks by which a user's model ends the conversation stand out from its words; nobody else's words have any.
function withMarks(words, marks) {
  if (marks.length === 0) return words;
  const [first, ...others] = marks;
  return words.split(first).flatMap((part, at) => [at > 0 && el("span", { class: "tag warn", title: text("end_mark") }, first), withMarks(part, others)]);
}

// What a simulated user did with its own tools, which the model never saw.
function userCall(one) {
  const label = (name, ...more) => el("div", { class: "label", lang: language }, text(name), more);
  return turn("user_call", "hands", el("div", { class: "call" },
    el("div", {}, el("span", { class: "mono strong" }, one.tool), el("span", { class: "tag", lang: language }, text("users_own"))),
    label("arguments"), el("pre", { dir: "auto" }, one.arguments || text("no_arguments")),
    label("result", one.problem && [" · ", el("span", { class: "bad" }, `${text("problem")}: ${text("problems|" + one.problem)}`), one.detail && ` (${one.detail})`]),
    one.result === null ? el("span", { class: "bad" }, text("not_run")) : el("pre", { dir: "auto" }, one.result)));
}

function call(one) {
  const good = Object.hasOwn(text("verdict"), one.code);
  const kind = one.code === "matched" ? "good" : good ? "warn" : "bad";
  const heads = [{ name: text("argument") }, { name: text("expected") }, { name: text("given") }];
  const label = (name, ...more) => el("div", { class: "label", lang: language }, text(name), more);
  return turn(["tool", { n: one.position }], "", el("div", { class: "call" },
    el("div", {}, el("span", { class: "mono strong" }, one.tool),
      el("span", { class: "tag " + kind, lang: language }, `${kind === "good" ? "✓" : kind === "bad" ? "✗" : "○"} ${good ? text("verdict|" + one.code) : one.code}`)),
    (one.why || one.gold) && el("p", { class: "why" }, one.why, one.gold && one.code !== "matched" && el("span", { class: "soft" }, ` (${text("gold")} ${one.gold})`)),
    label("arguments"), el("pre", { dir: "auto" }, one.arguments || text("no_arguments")),
    one.mismatches.length > 0 && table(heads, one.mismatches.map((part) => row(heads, [part.argument, part.expected, part.given === null ? text("absent") : part.given])), ""),
    label("result", one.problem && [" · ", el("span", { class: "bad" }, `${text("problem")}: ${text("problems|" + one.problem)}`), one.detail && ` (${one.detail})`]),
    one.result === null ? el("span", { class: "bad" }, text("not_run")) : el("pre", { dir: "auto" }, one.result)));
}

function findings(items) {
  return el("ul", { class: "findings" }, items.map(([sign, kind, said]) => el("li", {}, el("span", { class: "mark " + kind }, sign), said)));
}

function fact(one) {
  const verdict = one.kind === "not_say" ? (one.met ? "kept" : "broken") : one.met ? "stated" : "not_stated";
  return [one.met ? "✓" : "✗", one.met ? "good" : "bad", `${text("fact_kind|" + one.kind)} ${one.expected}: ${text(verdict)}`];
}

function finalState(leaves) {
  if (leaves.length === 0) return null;
  const heads = [{ name: text("place") }, { name: text("expected") }, { name: text("found") }, { name: "" }];
  const verdict = { right: ["✓ ", "good", "right_value"], wrong: ["✗ ", "bad", "wrong_value"], missing: ["✗ ", "bad", "wrong_value"], side_effect: ["✗ ", "bad", "side_effect"] };
  return turn("state", "", table(heads, leaves.map((leaf) => {
    const [sign, kind, name] = verdict[leaf.outcome];
    return row(heads, [el("span", { class: "mono" }, leaf.server + leaf.path), leaf.expected, leaf.found === null ? text("unwanted") : leaf.found,
      el("span", { class: kind }, sign + text(name))]);
  }), ""));
}
