"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const remembered = {
    read(key) { try { return localStorage.getItem(key); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(key, value); } catch { /* not remembered, then */ } },
  };

  // ---- language and theme, as on the reference page
  function speak(language) {
    root.dataset.language = language;
    root.lang = language === "zh" ? "zh-Hans" : "en";
    for (const input of all("#language input")) input.checked = input.value === language;
    remembered.write("language", language);
  }
  const spoken = [new URLSearchParams(location.search).get("language"), remembered.read("language")];
  speak(spoken.find((value) => ["zh", "en", "both"].includes(value)) ?? "both");
  one("#language").addEventListener("change", (event) => speak(event.target.value));
  const theme = remembered.read("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  one("#theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remembered.write("theme", root.dataset.theme);
  });

  // ---- words and elements; what comes from outside is text, never HTML, but for formulas of our own printer
  const words = one("#words").content;
  const say = (name) => one(`[data-word="${name}"]`, words).cloneNode(true);
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.flat());
    return element;
  }
  function formula(markup, tag = "div") {
    const element = make(tag, { class: "formula" });
    element.innerHTML = markup;
    return element;
  }
  const shape = (axes) => (axes.length ? axes.join("×") : "1×1");

  // ---- the engine: unpacked once, run in a worker that can be ended and started again from the same memory
  const started = performance.now();
  function packed(name) {
    const element = one(`#${name}`), text = element.textContent;
    element.remove();
    return fetch(`data:application/octet-stream;base64,${text}`).then((response) => response.body.pipeThrough(new DecompressionStream("gzip")));
  }
  const streamed = async (name) => new Response(await packed(name));
  const engine = (async () => {
    const [module, snapshot, asm, loader] = await Promise.all([
      streamed("engine-wasm").then((r) => WebAssembly.compileStreaming(new Response(r.body, { headers: { "content-type": "application/wasm" } }))),
      streamed("engine-snapshot").then((r) => r.arrayBuffer()), streamed("engine-asm").then((r) => r.text()), streamed("engine-loader").then((r) => r.text()),
    ]);
    return { module, snapshot, scripts: { asm, loader }, version: one("#engine-version").textContent.trim() };
  })();
  const script = URL.createObjectURL(new Blob([one("#worker").textContent], { type: "text/javascript" }));
  const waiting = new Map();
  let worker, number = 0;
  async function begin() {
    const own = worker = new Worker(script);
    own.addEventListener("message", ({ data }) => {
      if (data.ready) { root.dataset.engine = "ready"; root.dataset.started ??= String(Math.round(performance.now() - started)); return; }
      if (data.number === undefined) { fail(data.failure); return; }
      const done = waiting.get(data.number);
      waiting.delete(data.number);
      if (done) data.failure === undefined ? done.resolve(data.answer) : done.reject(new Error(data.failure));
    });
    own.addEventListener("error", (event) => fail(event.message));
    try { own.postMessage({ start: await engine }); } catch (error) { fail(String(error)); }
  }
  function fail(reason) {
    tellState("derive-failed", reason);
    for (const { reject } of waiting.values()) reject(new Error(reason));
  }
  function ask(request) {
    return new Promise((resolve, reject) => {
      waiting.set(++number, { resolve, reject });
      engine.then(() => worker.postMessage({ number, request }), reject);
    });
  }
  function startAgain() {  // whatever state the engine is in, the next question meets a fresh one
    worker.terminate();
    waiting.clear();
    delete root.dataset.engine;
    begin();
  }
  function cancel() {
    next = null;
    startAgain();
    busy(false);
    tellState("derive-cancelled");
  }
  function tellState(name, detail = "") {
    one("#state").replaceChildren(...(name ? [say(name), detail ? ` ${detail}` : ""] : []));
  }
  let next = null, shown = null;  // the question that waits, and the one that is answered on the page
  function busy(yes) {
    if (!yes && !shown && !next) {  // no answer stands below a question that it does not belong to
      for (const name of ["judged", "result"]) one(`#${name}`).replaceChildren();
      one("#own").hidden = true;
    }
    root.toggleAttribute("data-busy", yes);
    one("#cancel").hidden = !yes;
    if (yes) tellState(root.dataset.engine ? "derive-busy" : "derive-starting"); else tellState("");
  }
  one("#cancel").addEventListener("click", cancel);

  // ---- the form, and the address that says the same
  const FIELDS = { expression: "e", wrt: "x", given: "g", answer: "a" };
  const value = (name) => one(`#${name}`).value.trim();
  const layout = () => one("#layout input:checked").value;
  const question = () => ({ expression: value("expression"), wrt: value("wrt"), given: value("given"), layout: layout() });
  function link(asked) {
    const said = new URLSearchParams();
    for (const [name, short] of Object.entries(FIELDS)) if (asked[name]) said.set(short, asked[name]);
    if (asked.layout !== "numerator") said.set("l", asked.layout);
    return `${location.href.split("#")[0]}#${said}`;
  }
  function readAddress() {
    const said = new URLSearchParams(location.hash.slice(1));
    if (!said.get("e")) return false;
    for (const [name, short] of Object.entries(FIELDS)) one(`#${name}`).value = said.get(short) ?? "";
    for (const input of all("#layout input")) input.checked = input.value === said.get("l");
    if (!one("#layout input:checked")) one("#layout input").checked = true;
    return true;
  }

  // ---- what is wrong, at the place where it is
  function clearErrors() {
    for (const said of all("p.said")) said.replaceChildren();
    for (const input of all("input[type=text]")) input.removeAttribute("aria-invalid");
  }
  function showError({ field, text, start, end, message, hint }) {
    one(`#${field}`).setAttribute("aria-invalid", "true");
    const signs = [...text], part = (from, to) => signs.slice(from, to).join("");  // counted as Python counts them
    const place = make("code", { class: "place" }, part(0, start), make("mark", {}, part(start, end) || " "), part(end));
    one(`#${field}-said`).replaceChildren(place, make("span", { class: "message" }, message), ...(hint ? [make("span", { class: "hint" }, hint.replace("--given", "a declaration"))] : []));
  }

  // ---- reading as one types: what each name is taken for
  let pause = 0, reading = 0;
  async function read() {
    const asked = question(), own = ++reading;
    if (!asked.expression || !asked.wrt || root.hasAttribute("data-busy")) return;
    const found = await ask({ task: "read", ...asked }).catch(() => { if (!root.hasAttribute("data-busy")) startAgain(); });
    if (!found || own !== reading || root.hasAttribute("data-busy")) return;
    clearErrors();
    one("#reading").hidden = Boolean(found.error);
    if (found.error) showError(found.error); else showReading(found);
  }
  function names(read_as) {
    const found = Object.entries(read_as);
    return found.length ? make("p", { class: "read-as" }, make("span", {}, say("read-as")), ...found.map(([name, axes]) => make("code", {}, `${name}: [${axes.join(", ")}]`))) : [];
  }
  function showReading(found) {
    one("#reading").replaceChildren(make("h2", {}, say("derive-understood")), formula(found.formula), ...[names(found.read_as)].flat());
  }
  one("#question").addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(read, 250); });

  // ---- the answer
  const badge = (status) => make("span", { class: `badge ${status}` }, say(status));
  const copyButton = (label, text) => make("button", { type: "button", "data-text": text }, label);
  function verdictOf(found) {
    const { verdict } = found.verdict;
    const parts = [make("p", { class: "verdict" }, badge(verdict), " ", say(`${verdict}-means`))];
    const how = make("ul", { class: "tiers" });
    for (const tier of found.ran) how.append(make("li", {}, say(`tier-${tier}`)));
    for (const tier of found.missing) how.append(make("li", { class: "missing" }, say(`tier-${tier}`), " ", say("tier-missing")));
    if (found.verdict.message) parts.push(make("p", { class: "said" }, found.verdict.message));
    if (found.counterexample.length) parts.push(make("p", { class: "counter" }, say("counterexample"), ...found.counterexample.map((one) => formula(one))));
    return [...parts, make("details", {}, make("summary", {}, say("derive-how")), how)];
  }
  function row(label, ...content) { return make("div", { class: "row" }, make("span", { class: "label" }, label), make("div", { class: "content" }, ...content)); }
  function showAnswer(found) {
    const { document: told } = found;
    const latex = told.result === null ? told.latex : one("annotation", formula(found.formula)).textContent;
    const parts = [make("h2", {}, say("derive-result"))];
    parts.push(...told.warnings.map((warning) => make("p", { class: "warning" }, warning)), names(told.read_as));
    parts.push(make("div", { class: "answer" }, formula(found.formula)), make("p", { class: "kind" }, make("span", {}, say(told.layout)), make("code", {}, shape(told.shape))));
    parts.push(make("p", { class: "copies" }, copyButton("LaTeX", latex), told.result === null ? "" : copyButton(say("derive-expression-copy"), told.result), copyButton("claim", found.claim), make("button", { type: "button", id: "permalink" }, "# ", say("derive-link"))));
    parts.push(...verdictOf(found));
    if (told.result !== null) parts.push(row(say("derive-as-text"), make("code", {}, told.result)));
    if (told.components.indices.length) parts.push(row(make("span", {}, say("derive-entry"), ` [${told.components.indices.join(", ")}]`), formula(found.entry), make("code", {}, told.components.expr)));
    if (told.conditions.length) parts.push(row(say("needs"), ...told.conditions.map((condition) => make("code", {}, condition))));
    if (found.steps.length) parts.push(stepsOf(found));
    parts.push(codeOf(told.code));
    one("#result").replaceChildren(...parts.flat());
    watch("#result");
  }
  function stepsOf(found) {
    const why = (lang, words) => { const said = make("span", { lang }); said.innerHTML = words; return said; };
    const rows = found.steps.map(({ formula: line, zh, en }) => make("tr", {}, make("td", { class: "right" }, formula(line)), make("td", { class: "why" }, why("zh", zh), zh === en ? "" : why("en", en))));
    return make("section", { class: "steps" }, make("h3", {}, say("derivation")), make("table", {}, make("tbody", {}, ...rows)));
  }
  function codeOf(code) {
    const lines = Object.entries(code).filter(([, source]) => source);
    return lines.length ? [make("section", { class: "code" }, make("h3", {}, say("code")), ...lines.map(([library, source]) => make("div", {}, make("span", { class: "library" }, library), make("pre", {}, make("code", {}, source)), copyButton(say("derive-copy"), source))))] : [];
  }

  // what can be scrolled sideways can be reached with the keyboard
  const sizes = new ResizeObserver((seen) => {
    for (const { target } of seen) if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute("tabindex");
  });
  function watch(selector) {
    for (const part of all(".formula, .steps, pre", one(selector))) sizes.observe(part);
  }

  // Asked during work, a question waits, and of those that wait only the latest is answered.
  async function work(request, show) {
    if (root.hasAttribute("data-busy")) return new Promise((done) => { next = () => work(request, show).then(done); });
    busy(true);
    clearErrors();
    try {
      const found = await ask(request);
      busy(false);
      if (!next) {
        if (found.error) showError(found.error); else show(found);
        root.dataset.answered = String((Number(root.dataset.answered) || 0) + 1);
      }
    } catch (error) {
      startAgain();
      busy(false);
      tellState("derive-failed", error.message.trim().split("\n").pop());
    }
    const waits = next;
    next = null;
    await waits?.();
  }
  async function derive() {
    const asked = question();
    clearErrors();
    const empty = ["expression", "wrt"].find((name) => !asked[name]);
    if (empty) { one(`#${empty}`).focus(); return; }
    shown = null;
    one("#judged").replaceChildren();
    history.replaceState(null, "", link(asked));
    clearTimeout(pause);  // what is worked out is not read once more, which would wipe what is said of it
    reading++;
    await work({ task: "derive", ...asked }, (found) => {
      shown = asked;
      one("#reading").hidden = true;
      one("#own").hidden = false;
      showAnswer(found);
    });
  }
  async function compare() {
    one("#judged").replaceChildren();
    const answer = value("answer"), asked = shown;
    if (!answer || !asked) { one("#answer").focus(); return; }
    history.replaceState(null, "", link({ ...asked, answer }));
    await work({ task: "compare", ...asked, answer }, (found) => {
      if (shown !== asked) return;
      one("#judged").replaceChildren(...[formula(found.formula), ...verdictOf(found)].flat());
      watch("#judged");
    });
  }
  one("#question").addEventListener("submit", (event) => { event.preventDefault(); derive(); });
  one("#own").addEventListener("submit", (event) => { event.preventDefault(); compare(); });
  one("#own").addEventListener("input", () => one("#judged").replaceChildren());
  one("#layout").addEventListener("change", () => { if (one("#result").childElementCount || root.hasAttribute("data-busy")) derive(); });
  for (const button of all("[data-expression]")) button.addEventListener("click", () => {
    one("#expression").value = button.dataset.expression;
    one("#wrt").value = button.dataset.wrt;
    for (const name of ["given", "answer"]) one(`#${name}`).value = "";
    derive();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement?.tagName ?? "")) { event.preventDefault(); one("#expression").focus(); }
    if (event.key === "Escape" && root.hasAttribute("data-busy")) cancel();
  });

  // ---- copying
  const toast = one("#toast");
  let fading;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-text], #permalink");
    if (!button) return;
    const text = button.id === "permalink" ? link({ ...shown, answer: one("#judged").childElementCount ? value("answer") : "" }) : button.dataset.text;
    try { await navigator.clipboard.writeText(text); } catch {
      const area = make("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast.replaceChildren(say("derive-copied"));
    toast.classList.add("shown");
    clearTimeout(fading);
    fading = setTimeout(() => toast.classList.remove("shown"), 1600);
  });

  addEventListener("hashchange", async () => {
    if (!readAddress()) return;
    const own = value("answer");
    await derive();
    if (own) compare();
  });
  globalThis.calculator = { ask };
  begin();
  if (readAddress()) derive().then(() => { if (value("answer")) compare(); });
  else one("#expression").focus();
})();
