"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const inLanguage = (zh, en) => ({ zh, en, both: `${zh} · ${en}` })[root.dataset.language];

  // ---- what is remembered between visits; a browser that refuses (file://, private windows) loses nothing else
  const LAYOUTS = { N: "numerator", D: "denominator", M: "mixed" };
  const remembered = {
    read(key) { try { return localStorage.getItem(key); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(key, value); } catch { /* not remembered, then */ } },
  };

  function choose(name, value) {
    root.dataset[name] = value;
    if (name === "language") root.lang = value === "zh" ? "zh-Hans" : "en";
    for (const input of all(`#${name} input`)) input.checked = input.value === value;
    remembered.write(name, value);
  }

  for (const name of ["language", "layout"]) {
    const asked = new URLSearchParams(location.search).get(name);
    const values = all(`#${name} input`).map((input) => input.value);
    const first = [asked, remembered.read(name)].find((value) => values.includes(value));
    if (first) choose(name, first);
    one(`#${name}`).addEventListener("change", (event) => { choose(name, event.target.value); search(); });
  }

  const theme = remembered.read("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  one("#theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remembered.write("theme", root.dataset.theme);
  });

  // ---- details: unpacked a chapter at a time, when somebody opens one
  const unpacked = new Map();
  const chapters = new Map(all("article").map((article) => [article, article.closest("[data-chapter]").dataset.chapter]));
  function unpack(chapter) {
    if (!unpacked.has(chapter)) {
      const text = one(`script.packed[data-chapter="${chapter}"]`).textContent.trim();
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      unpacked.set(chapter, new Response(stream).json());
    }
    return unpacked.get(chapter);
  }
  // what can be scrolled sideways can be reached with the keyboard
  function reachable(part) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0; else part.removeAttribute("tabindex");
  }
  const sizes = new ResizeObserver((seen) => seen.forEach(({ target }) => reachable(target)));
  const parts = all(".form, .body");
  (function look() {  // a few at a time, when nothing else is to be done
    for (const part of parts.splice(0, 40)) { reachable(part); sizes.observe(part); }
    if (parts.length) (globalThis.requestIdleCallback ?? setTimeout)(look); else root.dataset.ready = "";
  })();
  async function fill(article) {
    const body = one("details .body", article);
    if (body && !body.childElementCount) body.innerHTML = (await unpack(chapters.get(article)))[article.id] ?? "";
    if (body) reachable(body);
    return body;
  }
  for (const article of all("article")) {
    const details = one("details", article);
    if (details) details.addEventListener("toggle", () => { if (details.open) fill(article); });
  }

  // ---- search: every word must be found; a formula is also found by its shape, whatever its letters
  const squeeze = (text) => text.toLowerCase().normalize("NFKC");
  const RAISED = /\^\s*\{?\\?(?:mathsf|top|T|⊤|'|′)\}?|\.T\b|⊤|['′](?=[A-Za-z(\s)]|$)/g;
  const FUNCTIONS = /^(?:tr|det|log|exp|logdet|vec|diag|adj|norm|sin|cos|tan|tanh|softmax|sigmoid|sum|inv|kron|sqrt)$/;
  function formulaOf(query) {
    return query.replace(/\*\*|\^2/g, "²").replace(RAISED, "ᵀ").replace(/\^?-1|\*\*-1/g, "⁻¹").replace(/\|\|/g, "‖")
      .replace(/logdet/g, "log det ").replace(/\\(?:mathbf|boldsymbol|operatorname)|[{}$\\]/g, "").replace(/[@*·\s]/g, "");
  }
  function tokens(formula) {
    const found = [];
    for (const [token] of formula.matchAll(/(?:log|det|tr|exp|vec|diag|adj|sin|cos|tanh?|softmax)|[ᵀ⁻¹²³]+|\p{L}[₀-₉ᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ]*|\S/gu)) found.push(token);
    return found;
  }
  const isLetter = (token) => /^\p{L}/u.test(token) && !FUNCTIONS.test(token);
  const kind = (token) => (token[0] === token[0].toUpperCase() ? "M" : "v");
  function alike(pattern, text) {
    for (let start = 0; start + pattern.length <= text.length; start++) {
      const names = new Map(), used = new Map();
      let k = 0;
      for (; k < pattern.length; k++) {
        const p = pattern[k], t = text[start + k];
        if (isLetter(p) && isLetter(t)) {
          if (kind(p) !== kind(t) || (names.get(p) ?? t) !== t || (used.get(t) ?? p) !== p) break;
          names.set(p, t); used.set(t, p);
        } else if (p !== t) break;
      }
      if (k === pattern.length) return true;
    }
    return false;
  }
  const entries = all("article").map((article) => {
    const lines = article.dataset.search.split("\n");
    return {
      article, chapter: chapters.get(article), verdicts: article.dataset.verdicts.split(" "),
      name: squeeze(lines.slice(0, 3).join("\n")), text: squeeze(article.dataset.search),
      lines: lines.filter((line) => /[=≠]/.test(line)), formulas: lines.slice(3).filter((line) => /[=≠]/.test(line)).map(tokens),
    };
  });
  // Letters of the very case that was typed first, then any; in a formula the closer fit first.
  function rank(entry, words, shape, typed) {
    if (!words.length) return 1;
    if (shape.length > 2) {
      const exact = entry.lines.find((line) => line.includes(typed));
      if (exact) return 5 + typed.length / exact.length;
      const fit = entry.formulas.find((formula) => alike(shape, formula));
      if (fit) return 4 + shape.length / fit.length;
      if (entry.text.includes(squeeze(typed))) return 2;
    }
    if (words.every((word) => entry.name.includes(word))) return 3;
    return words.every((word) => entry.text.includes(word)) ? 2 : 0;
  }
  const box = one("#search"), told = one("#found"), main = one("#entries");
  const sections = all("section.chapter").map((section) => (
    { section, packed: one("script.packed", section), own: entries.filter((entry) => entry.article.parentElement === section) }
  ));
  const results = document.createElement("section");
  results.id = "results";
  const end = document.createElement("div");
  main.prepend(results, end);
  let moved = new Set(), waitingToShow = [];
  function showMore() {  // a few at a time: as many as one reads, and the next when one comes to them
    const few = waitingToShow.splice(0, 12);
    for (const entry of few) { entry.article.hidden = false; moved.add(entry); }
    results.append(...few.map((entry) => entry.article));
  }
  new IntersectionObserver(([seen]) => { if (seen.isIntersecting && waitingToShow.length) showMore(); }, { rootMargin: "600px" }).observe(end);
  function restore() {  // what was shown as a result goes back to its place among its neighbours
    for (const { packed, own } of sections) {
      if (own.some((entry) => moved.has(entry))) packed.before(...own.map((entry) => entry.article));
    }
    moved = new Set();
  }
  function search() {
    const query = box.value.trim();
    const words = squeeze(query).split(/\s+/).filter(Boolean);
    const shape = /[(^'′@ᵀ‖|]|[A-Z]/.test(query) ? tokens(formulaOf(query)) : [];
    const typed = formulaOf(query);
    const chapter = one("#chapter").value, verdict = one("#verdict").value;
    const ranked = [];
    for (const entry of entries) {
      const fits = (!chapter || entry.chapter === chapter) && (!verdict || entry.verdicts.includes(verdict));
      const score = fits ? rank(entry, words, shape, typed) : 0;
      if (!query) entry.article.hidden = !score;
      if (score) ranked.push([score, entry]);
    }
    const count = ranked.length;
    if (moved.size) restore();
    waitingToShow = query ? ranked.sort((a, b) => b[0] - a[0]).map(([, entry]) => entry) : [];
    showMore();
    for (const { section, own } of sections) section.hidden = Boolean(query) || own.every((entry) => entry.article.hidden);
    one(".legend").hidden = Boolean(query);
    told.textContent = query || chapter || verdict ? inLanguage(`找到 ${count} 条`, `${count} found`) : "";
  }
  let waiting = 0;
  box.addEventListener("input", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(search); });
  for (const id of ["#chapter", "#verdict"]) one(id).addEventListener("change", search);
  document.addEventListener("keydown", (event) => {
    const typing = /INPUT|SELECT|TEXTAREA/.test(document.activeElement?.tagName ?? "");
    if (event.key === "/" && !typing) { event.preventDefault(); box.focus(); box.select(); }
    if (event.key === "Escape" && document.activeElement === box) { box.value = ""; search(); }
  });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { box.value = asked; search(); }

  // ---- copying
  const toast = one("#toast");
  let fading;
  function tell(text) {
    toast.textContent = text;
    toast.classList.add("shown");
    clearTimeout(fading);
    fading = setTimeout(() => toast.classList.remove("shown"), 1600);
  }
  async function put(text) {
    try { await navigator.clipboard.writeText(text); } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    tell(inLanguage("已复制", "copied"));
  }
  const shown = (element) => element.offsetParent !== null || element.getClientRects().length > 0;
  const numberOf = (claim) => all(".claim", claim.closest("article")).indexOf(claim);
  const toCopy = async (claim) => (await unpack(chapters.get(claim.closest("article"))))[`copy ${claim.closest("article").id}`][numberOf(claim)];
  async function textFor(what, claim) {
    const article = claim.closest("article");
    if (what === "claim") return (await toCopy(claim)).text;
    if (what === "link") return location.href.split("#")[0] + "#" + article.id;
    if (what === "latex") return (await toCopy(claim)).latex[Math.max(0, all(".form", claim).findIndex(shown))];
    const body = await fill(article);
    const sections = all(`section.code[data-claim="${numberOf(claim)}"]`, body ?? document.createElement("div"));
    const own = sections.find((section) => !section.dataset.in || section.dataset.in.split(" ").includes(root.dataset.layout)) ?? sections[0];
    const line = own && all("div", own).find((div) => one(".library", div).textContent === what);
    return line ? one("code", line).textContent : "";
  }
  const template = one("#copy");
  for (const claim of all(".claim")) claim.append(template.content.cloneNode(true));
  // where the page of the calculator lies beside this one, it is asked in the layout that is chosen here
  for (const claim of all(".claim[data-asks]")) {
    const link = one("#ask").content.firstElementChild.cloneNode(true);
    const aim = async () => {
      const { question } = await toCopy(claim), laidOut = one(".form[data-in]", claim);
      link.href = `derive.html#${laidOut ? question.replace(/&l=\w+/, `&l=${LAYOUTS[root.dataset.layout]}`) : question}`;
    };
    for (const event of ["focusin", "pointerenter"]) claim.addEventListener(event, aim);
    one(".copy", claim).append(link);
  }
  for (const kind of all(".legend .badge")) {  // what a badge means, told wherever it stands
    const meaning = [...kind.parentElement.querySelectorAll("[lang]")].map((words) => words.textContent).join(" · ");
    for (const badge of all(`.claim .${kind.classList[1]}`)) badge.title = meaning;
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const text = await textFor(button.dataset.copy, button.closest(".claim"));
    if (text) put(text); else tell(inLanguage("这一条没有代码", "no code for this one"));
  });

  // ---- a permalink opens what it names
  function open() {
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const article = place && (place.closest("article") || place);
    const details = article && one("details", article);
    if (details) { details.open = true; fill(article); }
  }
  addEventListener("hashchange", open);
  open();
})();
