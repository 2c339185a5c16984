// What the servers of our own models said of themselves, beside what we saw of them.

const TIMES = ["ttft", "queue", "prefill", "decode", "itl", "e2e"];

function servers() {
  const watched = models.filter((model) => model.server);
  if (watched.length === 0) return null;
  const seen = watched.filter((model) => model.server.looks > 0);
  return section("servers", seen.length > 0 && [note("servers_note"), serverLoad(seen), serverTimes(seen)], serverRemarks(watched));
}

const level = (found, say) => (found === null ? UNKNOWN : `${say(found.mean)} / ${say(found.most)}`);
const plainly = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });
const bucket = (found) => (found.high_ms === null ? "> " + time(found.low_ms) : found.low_ms > 0 ? time(found.ms) : "≤ " + time(found.high_ms));

function serverLoad(seen) {
  const right = (name) => ({ name: text(name), kind: "right" }), first = { name: text("model"), kind: "model" };
  const load = [first, ...["servers_n", "looks", "kv_use", "running", "waiting", "preemptions"].map(right)];
  const tokens = [first, { ...right("cache_hits"), kind: "right strong" }, right("server_tokens"), right("reply_tokens")];
  return [table(load, seen.map(({ server, ...model }) => row(load, [marked(model), whole(server.servers), whole(server.looks),
    level(server.kv_use, percent), level(server.running, plainly), level(server.waiting, plainly), whole(server.preemptions)])), "wide"),
  table(tokens, seen.map(({ server, ...model }) => row(tokens, [marked(model), percent(server.hit_rate),
    `${whole(server.prompt_tokens)} + ${whole(server.generation_tokens)}`, `${whole(server.usage_prompt_tokens)} + ${whole(server.usage_generation_tokens)}`])), "wide")];
}

function serverTimes(watched) {
  const seen = watched.filter((model) => Object.keys(model.server.times).length > 0);
  if (seen.length === 0) return null;
  const heads = [{ name: text("server_time") }, { name: text("mean"), kind: "right" }, { name: "p50", kind: "right" }, { name: "p95", kind: "right" }, { name: text("our_p50"), kind: "right" }, { name: "p95", kind: "right" }];
  const ours = (model, name) => ({ ttft: model.ttft_ms, e2e: model.latency_ms })[name];
  const cells = (model, name) => {
    const found = model.server.times[name], own = ours(model, name);
    return [text("server_time_name|" + name), time(found.mean_ms), bucket(found.p50), bucket(found.p95), own ? time(own.p50) : "", own ? time(own.p95) : ""];
  };
  return table(heads, seen.flatMap((model) => [group(marked(model), heads.length), ...TIMES.filter((name) => name in model.server.times).map((name) => row(heads, cells(model, name)))]), "wide");
}

// What has to be known beside the figures, each said once for a model.
function serverRemarks(watched) {
  const of = ({ server }) => {
    const missed = Object.values(server.missed).reduce((sum, n) => sum + n, 0);
    const tokens = (one, other) => `${whole(one)} + ${whole(other)}`;
    return [
      missed > 0 && text("missed_note", { n: whole(missed), looks: whole(missed + server.looks), reasons: Object.entries(server.missed).map(([why, n]) => `${why} (${whole(n)})`).join("; ") }),
      server.restarts > 0 && text("restarts_note", { n: whole(server.restarts) }),
      server.doubt && text("doubt_note|" + server.doubt, { server: tokens(server.prompt_tokens, server.generation_tokens), replies: tokens(server.usage_prompt_tokens, server.usage_generation_tokens),
        difference: (server.difference > 0 ? "+" : "−") + percent(Math.abs(server.difference)) }),
    ].filter(Boolean);
  };
  const found = watched.map((model) => [model, of(model)]).filter(([, lines]) => lines.length > 0);
  return found.length > 0 && el("dl", { class: "facts remarks" }, found.map(([model, lines]) => [el("dt", {}, marked(model)), el("dd", {}, lines.map((line) => el("div", {}, line)))]));
}
