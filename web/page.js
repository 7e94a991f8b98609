"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const say = (name, what) => {
    const { zh, en } = one(`[data-word="${name}"]`, one("#words").content).dataset;
    return { zh, en, both: `${zh} · ${en}` }[root.dataset.language].replaceAll("{}", what);
  };

  // ---- what is remembered between visits; a browser that refuses (file://, private windows) loses nothing else
  const LAYOUTS = { N: "numerator", D: "denominator", M: "mixed" };
  const remembered = {
    read(key) { try { return localStorage.getItem(key); } catch { return null; } },
    write(key, value) { try { localStorage.setItem(key, value); } catch { /* not remembered, then */ } },
  };

  function choose(name, value, forNextTime = true) {
    root.dataset[name] = value;
    if (name === "language") {
      root.lang = value === "zh" ? "zh-Hans" : "en";
      for (const option of all("option")) option.textContent = value === "both" ? `${option.dataset.zh} · ${option.dataset.en.replace(/^\d+ /, "")}` : option.dataset[value];
    }
    for (const input of all(`#${name} input`)) input.checked = input.value === value;
    if (forNextTime) remembered.write(name, value);
  }

  for (const name of ["language", "layout"]) {
    const asked = new URLSearchParams(location.search).get(name);
    const values = all(`#${name} input`).map((input) => input.value);
    const first = [asked, remembered.read(name)].find((value) => values.includes(value));
    choose(name, first ?? root.dataset[name], Boolean(first));
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
  const parts = all(".form, .body, .intro, .note, .given");
  (function look(idle) {  // a few at a time, when nothing else is to be done
    do for (const part of parts.splice(0, 40)) { reachable(part); sizes.observe(part); } while (parts.length && idle?.timeRemaining?.() > 4);
    if (!parts.length) root.dataset.ready = "";
    else if (globalThis.requestIdleCallback) requestIdleCallback(look, { timeout: 100 }); else setTimeout(look);
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

  // ---- search, as web/search.js has it
  const finder = finderOf(one("#entries").dataset);
  const entries = all("article").map((article) => (
    { article, chapter: chapters.get(article), verdicts: article.dataset.verdicts.split(" "), ...finder.entry(article.dataset.search, article.id) }
  ));
  const vocabulary = finder.vocabularyOf(entries);
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
    const query = box.value.trim(), asked = finder.asked(query, vocabulary);
    const chapter = one("#chapter").value, verdict = one("#verdict").value;
    let score = (entry) => finder.rank(entry, asked), near = null;
    if (query && !entries.some(score)) {
      near = finder.instead(asked, entries, vocabulary);
      if (near) score = near.score;
    }
    const ranked = [];
    for (const entry of entries) {
      const fits = (!chapter || entry.chapter === chapter) && (!verdict || entry.verdicts.includes(verdict));
      const found = fits ? score(entry) : 0;
      if (!query) entry.article.hidden = !found;
      if (found) ranked.push([found, entry]);
    }
    const count = ranked.length;
    if (moved.size) restore();
    waitingToShow = query ? ranked.sort((a, b) => b[0] - a[0]).map(([, entry]) => entry) : [];
    showMore();
    for (const { section, own } of sections) section.hidden = Boolean(query) || own.every((entry) => entry.article.hidden);
    one(".legend").hidden = Boolean(query);
    told.textContent = query || chapter || verdict ? say("found", count) + (near ? ` (${say(near.near ? "instead" : "nearest", near.near)})` : "") : "";
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
    tell(say("copied"));
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
    if (text) put(text); else tell(say("no-code"));
  });

  // ---- a permalink opens what it names
  const named = (hash) => { try { return decodeURIComponent(hash); } catch { return hash; } };
  function open() {
    const article = document.getElementById(named(location.hash.slice(1)))?.closest("article");
    if (article && !shown(article)) {  // hidden by a search or a filter
      for (const control of [box, one("#chapter"), one("#verdict")]) control.value = "";
      search();
      article.scrollIntoView();
    }
    const details = article && one("details", article);
    if (details) { details.open = true; fill(article); }
  }
  addEventListener("hashchange", open);
  open();
})();
