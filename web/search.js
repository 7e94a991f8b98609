"use strict";
// Search: every word must be found; a formula is found as it is typed (TeX, NumPy, MATLAB, Unicode) and by its shape,
// whatever its letters. Where nothing is found, the words are taken for the nearest ones that the page has.
// The signs on both sides are those of `typed` in cheatsheet/pages/web.py.
// It is made of what the page says of itself: the names of functions, words that any entry answers to, what is on the sheet.
const finderOf = (page) => {
  const SIGNS = {
    otimes: "⊗", odot: "∘", circ: "∘", oslash: "⊘", partial: "∂", nabla: "∇", cdot: "", times: "×", sum: "Σ", top: "ᵀ", intercal: "ᵀ", dagger: "⁺",
    Vert: "‖", lVert: "‖", rVert: "‖", vert: "|", lvert: "|", rvert: "|", neq: "≠", ne: "≠", prime: "'", sqrt: "√", langle: "⟨", rangle: "⟩", ln: "log", trace: "tr",
    alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", varepsilon: "ε", eta: "η", theta: "θ", lambda: "λ", mu: "μ", nu: "ν", pi: "π", rho: "ρ", sigma: "σ",
    tau: "τ", phi: "φ", varphi: "φ", omega: "ω", Sigma: "Σ", Lambda: "Λ", Omega: "Ω",
  };
  const EMPTY = /\\(?:left|right|[bB]igg?[lr]?|mathbf|mathrm|mathsf|mathbb|mathcal|boldsymbol|bm|operatorname\*?|text|displaystyle|quad|[,;:! ()[\]])/g;
  const RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", "-": "⁻", "+": "⁺", n: "ⁿ", k: "ᵏ", m: "ᵐ", p: "ᵖ", x: "ˣ", T: "ᵀ", "ᵀ": "ᵀ", "'": "ᵀ", "†": "⁺", "⁺": "⁺" };
  const LOWERED = { 0: "₀", 1: "₁", 2: "₂", 3: "₃", 4: "₄", 5: "₅", "+": "₊", a: "ₐ", i: "ᵢ", j: "ⱼ", k: "ₖ", l: "ₗ", m: "ₘ", n: "ₙ", o: "ₒ", p: "ₚ", r: "ᵣ", s: "ₛ", t: "ₜ", u: "ᵤ", v: "ᵥ", x: "ₓ" };
  const shifted = (signs, table) => ([...signs].every((c) => c in table) ? [...signs].map((c) => table[c]).join("") : null);
  const FRACTION = /\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g;
  const INSIDE = String.raw`\(((?:[^()]|\([^()]*\))*)\)`;
  const called = (names) => new RegExp(`(?<!\\p{L})(?:${names})${INSIDE}`, "gu");
  const INV = called("inv"), PINV = called("pinv"), NORM = called("norm"), EXPM = called("expm"), KRON = called("kron");
  const held = (inside) => (/^\p{L}$/u.test(inside) ? inside : `(${inside})`);

  const unbracketed = (line) => line.replace(/\((∂(?:[^()]|\([^()]*\))*)\)(?=\/)/g, "$1");  // the numerator of a derivative

  function formula(query) {
    let text = query.replace(/[\uFF01-\uFF5E\u3000\u{1D400}-\u{1D7FF}]/gu, (c) => c.normalize("NFKC"));
    text = text.replace(/\\\||\|\||∥/g, "‖").replace(EMPTY, "").replace(FRACTION, "$1/$2").replace(/(?<![_^]\s*)\{\s*([\p{L}\d])\s*\}/gu, "$1").replace(FRACTION, "$1/$2");
    text = text.replace(/(\p{L})\.(?:inverse|inv)\(\)/gu, "inv($1)").replace(/(\p{L})\.(trace|det|logdet)\(\)/gu, "$2($1)").replace(/\.(?:t\(\)|mT)(?!\p{L})/gu, "ᵀ").replace(/(?<!\p{L})(tr|det|vec)\[([^\][]*)\]/giu, "$1($2)");
    text = text.replace(/\\([A-Za-z]+)/g, (_, name) => SIGNS[name] ?? ` ${name} `).replace(/(?:np|numpy|torch|jnp|linalg)\./g, "").replaceAll("slogdet", "logdet");
    text = text.replace(/<([^<>]*,[^<>]*)>/g, "⟨$1⟩").replace(/(?<!\p{L})sqrt\(\s*(\p{L})\s*\)/gu, "√$1").replace(/[−–—]/g, "-").replace(/[′’‘´`]/g, "'").replace(/[⊤ᵗ]/g, "ᵀ").replace(/[⊙]/g, "∘").replace(/∑/g, "Σ").replace(/∣/g, "|");
    text = text.replace(/(?<!\p{L})ln(?!\p{L})/gu, "log").replace(/(?<!\p{L})(?:trace|Tr)(?=\s*\()/gu, "tr").replace(/(?<!\p{L})sigmoid(?=\s*\()/gu, "σ").replace(/(?<!\p{L})relu(?=\s*\()/giu, "ReLU");
    text = text.replace(/\*\*/g, "^").replace(/\.T(?!\p{L})|\.?'/gu, "ᵀ").replace(/[*·⋅@]/g, " ");
    text = text.replace(/\^\s*(?:\{([^{}]*)\}|\(([^()]*)\)|(-?.))/gu, (all, ...parts) => shifted(parts.slice(0, 3).find((p) => p !== undefined).replace(/\s/g, ""), RAISED) ?? all);
    text = text.replace(/‖\s*_\s*\{?[2F]\}?/g, "‖").replace(/_\s*(?:\{([^{}]*)\}|(.))/gu, (all, ...parts) => shifted((parts[0] ?? parts[1]).replace(/[\s,]/g, ""), LOWERED) ?? all);
    text = text.replace(INV, (_, x) => `${held(x)}⁻¹`).replace(PINV, (_, x) => `${held(x)}⁺`).replace(NORM, "‖$1‖").replace(EXPM, (_, x) => `e^${held(x)}`).replace(KRON, (_, x) => x.replace(",", "⊗"));
    text = text.replace(/\|(?!\s*det)([^|]*\p{Lu}[^|]*)\|/gu, "det($1)").replace(/(?<!\p{L})(det|tr|vec|diag|adj)\s*([\p{L}ᵀ⁻¹]+)(?!\p{L}|\()/gu, "$1($2)");
    text = text.replace(/\p{Lu}(?=[ᵢⱼₖₗ]{2})/gu, (c) => c.toLowerCase()).replace(/(?<!\p{L})d\((\p{L})\)/gu, "d$1").replace(/(?<!\p{L})log\(det\(([^()]*)\)\)/gu, "logdet($1)");  // as they are printed
    text = unbracketed(text).replace(/[{}$\\\s]/g, "").replace(/^∂(?=[ₐ-ₜ]|_\p{L})/u, "∇").replace(/^d(\p{Lu}[⁻ᵀ][¹ᵀ]?)$/u, "d($1)").replace(/\((\p{L})⁻¹\)ᵀ/gu, "$1⁻ᵀ").replace(/^\p{L}=(?=..)/u, "");
    return unbracketed(text.replace(/^d(.+)\/d(\p{L})$/u, "∂$1/∂$2").replace(/^(?:∂\/∂|d\/d)(\p{L})(.+)$/u, "∂$2/∂$1"));  // the operator before what it is applied to
  }

  const FUNCTIONS = page.functions.split(" ").join("|");
  const TOKENS = new RegExp(`${FUNCTIONS}|[ᵀ⁻⁺¹²³]+|∇²?(?:[ₐ-ₜ]|_\\p{L})?|1[ₐ-ₜ]|\\p{L}[₀-₉ₐᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ]*|\\S`, "gu");
  const NAMED = new RegExp(`^(?:${FUNCTIONS})$`);
  const tokens = (text) => text.match(TOKENS) ?? [];
  const isLetter = (token) => /^\p{L}/u.test(token) && !NAMED.test(token) && !/^[ᵀ⁻⁺¹²³]/.test(token);
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
        } else if (p !== t && !(/^(?:∇²?|1)$/.test(p) && t.startsWith(p) && t[p.length] !== "²")) break;  // by whatever it is
      }
      if (k === pattern.length) return true;
    }
    return false;
  }

  const squeeze = (text) => text.normalize("NFKC").toLowerCase().replace(/[‐–—]/g, "-").replace(/(?<=[a-z])(?=\p{Script=Han})|(?<=\p{Script=Han})(?=[a-z])/gu, " ");
  const WORD = /[a-z]{3,}/g, CHINESE = /\p{Script=Han}/u, GENERIC = new RegExp(page.generic, "gu"), VARIABLE = new RegExp(page.variable, "iu");
  const LONGEST = 300;
  const bare = (text) => (/^\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)$/.test(text) ? text.slice(1, -1) : text);
  // What a formula is about: its left side, and what is differentiated there.
  function subjects(line) {
    const left = line.split(/[=≠]/)[0], inside = left.match(/^∂²?(.+)\/∂[^/]+$|^∇²?(?:[ₐ-ₜ]|_\p{L}|_\([^()]*\))?(.+)$|^d(.+)$/u);
    return inside ? [left, bare(inside.slice(1).find(Boolean))] : [left];
  }
  const onSheet = new Set(page.sheet.split(" "));
  function entry(search, id) {
    const [named, ...rest] = search.split("\n\n"), names = named.split("\n").map(squeeze), lines = rest.join("\n").split("\n");
    const written = lines.filter((line) => /[=≠]/.test(line)).map((line) => unbracketed(line.replaceAll("‖_F", "‖")));
    const formulas = written.map((line) => ({ line, shape: tokens(line), about: subjects(line), shapes: subjects(line).map(tokens) }));
    // what is on the sheet is asked for most, then derivatives, and mistakes least
    const worth = (onSheet.has(id) ? 0.3 : 0) + (written.some((line) => /^\(?[∂∇]/.test(line)) ? 0.04 : 0) - (lines.includes("mistake") ? 0.4 : 0);
    return { formulas, names, worth, words: [...names, ...lines.filter((line) => !/[=≠]/.test(line)).map(squeeze)].join("\n"), text: squeeze(search) };
  }
  // The formula alone of "the gradient of xᵀAx"; one word of log_softmax and of softmax(z).
  function askedOf(said) {
    const parts = said.replace(VARIABLE, "").replace(/(?<=[a-z]{2})_(?=[a-z]{3})/g, " ").replace(/(?<=[^\s\p{Script=Han}])(?=\p{Script=Han})|(?<=\p{Script=Han})(?=[^\s\p{Script=Han}])/gu, " ").split(/\s+/);
    if (!/[(^'′’@‖|\\_=[∣]|[ᵀ⁻]/u.test(said)) return parts.join(" ");
    const says = (part) => part?.toLowerCase().replace(GENERIC, "") !== "";
    let [from, to] = [0, parts.length];
    while (to - from > 1 && !says(parts[from])) from++;
    while (to - from > 1 && !says(parts[to - 1])) to--;
    const [, name] = said.match(/^(\p{L}{5,})\s*\(\s*\p{L}\s*\)$/u) ?? [];
    return name && NAMED.test(name) ? name : parts.slice(from, to).join(" ");
  }
  function asked(query, vocabulary) {
    const said = askedOf(query.trim().slice(0, LONGEST)), words = squeeze(said.replace(/[\\$]/g, "")).split(/[\s，、。；？]+/).filter(Boolean);
    if (said && !words.length) words.push(said);
    const plain = /^[\w\s\p{Script=Han}，、。；？‐–—-]+$/u.test(said) && !/_|(?<!\p{L})\p{Lu}\p{Ll}(?!\p{L})/u.test(said);  // Ax is a formula
    const spoken = plain && words.length && words.every((word) => CHINESE.test(word) || vocabulary.spoken.has(word) || (/^[a-z-]{3,}$/.test(word) && word.split("-").every((part) => vocabulary.has(part))));
    const typed = !spoken && /[(^'′’@‖|\\_=[∣]|[^\x00-\x7f]|\/|\p{Lu}|\.T|(?:np|torch|jnp|linalg)\./u.test(said) ? formula(said) : "";
    if (NAMED.test(typed) && /[\\.]/.test(said)) return { words, core: null, typed: `${typed}(`, shape: tokens(`${typed}(`), squeezed: typed };  // torch.logdet
    const core = words.map((word) => word.replace(GENERIC, "")).filter(Boolean);
    return { words, core: core.length && core.join() !== words.join() ? core : null, typed, shape: tokens(typed), squeezed: squeeze(typed) };
  }
  function written(entry, { typed, shape }) {  // as it is typed, or with other letters; what it is about before what it occurs in
    const anywhere = shape.length > 2 || (shape[0]?.[0] === "∇" && shape.length > 1);
    let best = 0;
    for (const formula of entry.formulas) {
      const exact = formula.line.includes(typed);
      if (!exact && !(shape.length > 1 && alike(shape, formula.shape))) continue;
      const about = exact ? formula.about.some((part) => part === typed || (typed.endsWith("(") && part.startsWith(typed))) : formula.shapes.some((other) => other.length === shape.length && alike(shape, other));
      if (exact || about || anywhere) best = Math.max(best, 4 + (exact ? 0.3 : 0) + (about ? 0.5 : Math.min(1, shape.length / formula.shape.length) / 20));
    }
    return best && best + entry.worth;
  }
  const whole = (name, said) => name.includes(said) && !/[a-z]/.test((name[name.indexOf(said) - 1] ?? "") + (name[name.indexOf(said) + said.length] ?? ""));
  function named(entry, words) {
    const said = words.join(" ");
    const scores = entry.names.filter((name) => words.every((word) => name.includes(word)))
      .map((name) => 3 + (name === said ? 0.5 : Math.round(8 * said.length / name.length) / 40) + (whole(name, said) ? 0.1 : 0));
    if (scores.length) return Math.max(...scores) + entry.worth;
    if (words.every((word) => entry.names.some((name) => name.includes(word)))) return 2.9 + entry.worth;
    return words.every((word) => entry.text.includes(word)) ? 2 + entry.worth : 0;
  }
  function rank(entry, { words, core, typed, shape, squeezed }) {
    if (!words.length) return 1;
    if (typed && (shape.length > 1 || !/^[\x00-\x7f]+$/.test(typed))) {
      const found = written(entry, { typed, shape });
      if (found) return found;
      if (shape.length > 2 && entry.text.includes(squeezed)) return 2;
    }
    return Math.max(named(entry, words), core ? named(entry, core) - 0.15 : 0);
  }

  // ---- what is near to a word that is nowhere
  function distance(a, b) {  // letters added, left out, changed, or exchanged with a neighbour
    let before = [], last = [...Array(b.length + 1).keys()];
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      [before, last] = [last, row];
    }
    return last[b.length];
  }
  function nearest(word, vocabulary) {
    const allowed = word.length < 4 || word.length > 30 ? 0 : word.length < 7 ? 1 : 2;
    let best = "", least = allowed + 0.5;
    for (const [known, often] of vocabulary) {
      if (Math.abs(known.length - word.length) > allowed) continue;
      const far = distance(word, known) - Math.min(often, 99) / 1000;
      if (far < least) [best, least] = [known, far];
    }
    return best;
  }
  function parted(word, vocabulary) {  // pseudoinverse: pseudo, inverse
    for (let k = 3; k <= word.length - 3; k++) if (vocabulary.has(word.slice(0, k)) && vocabulary.has(word.slice(k))) return [word.slice(0, k), word.slice(k)];
    return null;
  }
  const RUNS = /\p{Script=Han}+|[a-z-]+/gu;
  const pairs = (run) => (CHINESE.test(run) && run.length > 2 ? [...run].slice(0, -1).map((c, k) => c + [...run][k + 1]) : [run]);
  function instead({ words, typed }, entries, vocabulary) {
    const sign = Object.hasOwn(SIGNS, words[0]) && words.length === 1 ? SIGNS[words[0]] : "";
    if (/\p{Script=Greek}/u.test(sign)) return { near: sign, score: (entry) => (entry.formulas.some(({ line }) => line.includes(sign)) ? 2 + entry.worth : 0) };
    const known = (word) => entries.some(({ text }) => text.includes(word));
    const corrected = words.flatMap((word) => (known(word) || !/^[a-z-]+$/.test(word) ? word : parted(word, vocabulary) ?? (nearest(word, vocabulary) || word)));
    const spelt = { words: corrected, typed: "", shape: [] };
    if (corrected.some((word, k) => word !== words[k]) && entries.some((entry) => rank(entry, spelt))) return { near: corrected.join(" "), score: (entry) => rank(entry, spelt) };
    const within = bare(typed.replace(/^∂(.+)\/∂\p{L}$|^∇(?:[ₐ-ₜ]|_\p{L})?/u, "$1").replace(/(?<!\p{L})exp(?=\([^()]*\p{Lu})/u, "e^"));  // of a derivative that is nowhere, what is differentiated; e^(tA)
    if (within && within !== typed) {
      const asked = { words, typed: within, shape: tokens(within), squeezed: squeeze(within) }, score = (entry) => rank(entry, asked);
      if (entries.some((entry) => score(entry) > 2)) return { near: within, score };
    }
    if (typed && !CHINESE.test(typed)) return null;
    const all = words.flatMap((word) => word.match(RUNS) ?? []).flatMap(pairs), parts = all.filter(known);
    const nowhere = all.filter((part) => !known(part)).reduce((total, part) => total + (CHINESE.test(part) ? 1 : Math.log(1 + entries.length)), 0);
    const often = (part) => entries.filter(({ words: own }) => own.includes(part)).length;
    const weights = parts.map((part) => [part, Math.log(1 + entries.length / (often(part) || entries.length))]);  // the rarer word says more
    const sum = (some) => some.reduce((total, [, weight]) => total + weight, 0);
    const found = ({ words: own, names, worth }) => sum(weights.filter(([part]) => own.includes(part))) * 1.01 + sum(weights.filter(([part]) => names.some((name) => name.includes(part)))) / 10 + worth / 100;
    const most = Math.max(0, ...entries.map(found));
    return weights.length && most >= 0.3 * (sum(weights) + nowhere) ? { near: "", score: (entry) => (found(entry) >= 0.8 * most ? found(entry) : 0) } : null;
  }
  function vocabularyOf(entries) {
    const found = new Map();
    for (const { words } of entries) for (const [word] of words.matchAll(WORD)) found.set(word, (found.get(word) ?? 0) + 1);
    found.spoken = new Set(entries.flatMap(({ names }) => names.flatMap((name) => name.match(/[a-z\d]{2,}/g) ?? [])));
    return found;
  }
  return { entry, asked, rank, instead, vocabularyOf };
};
