// Draws everything in the language that the address, or else the browser, asks for; opens the trial it names.

function title() {
  const { run } = data;
  const names = run.suites.join(", ");
  const choices = Object.keys(data.texts).map((code) => el("a", {
    href: address(code, place().target), lang: code, hreflang: code, "aria-current": code === language && "true",
  }, data.texts[code].language));
  return el("header", {}, el("div", {},
    el("div", { class: "soft" }, text("report")), el("h1", {}, names),
    el("div", { class: "soft" }, el("span", { class: "mono" }, run.id), " · ", run.created.slice(0, 16).replace("T", " "), run.created.length > 16 ? " UTC" : "",
      run.versions.longspan ? ` · Longspan ${run.versions.longspan}` : "")),
  el("nav", { class: "language", "aria-label": text("switch") }, choices));
}

function contents(sections) {
  const parts = sections.map((part) => part.querySelector("h2"));
  return el("nav", { class: "contents" }, parts.map((part) => el("a", { href: address(place().asked, part.id) }, part.textContent)));
}

function draw() {
  language = place().language;
  document.documentElement.lang = language === "zh" ? "zh-CN" : language;
  const sections = [results(), theirRules(), leaderboard(), reliability(), modelPairs(), documents(), consistency(), thought(), components(), wrong(), excluded(), cap(), planned(), speed(), others_asked(), servers(), costs(), hosting(), grid(), readable(), provenance()].filter(Boolean);
  document.getElementById("page").replaceChildren(title(), ...banners().filter(Boolean), ...summary(), contents(sections), ...sections);
}

function open() {
  const { target } = place();
  const node = target ? document.getElementById(target) : null;
  if (node === null) return;
  if (node.matches("details")) node.open = true;
  node.scrollIntoView();
}

window.addEventListener("hashchange", () => {
  if (place().language !== language) draw();
  else for (const link of document.querySelectorAll(".language a")) link.setAttribute("href", address(link.lang, place().target));
  open();
});
draw();
open();
