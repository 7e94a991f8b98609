"use strict";
// Search: every word must be found; a formula is found as it is typed (TeX, NumPy, MATLAB, Unicode) and by its shape,
// whatever its letters. Where nothing is found, the words are taken for the nearest ones that the page has.
// The signs on both sides are those of `typed` in cheatsheet/pages/web.py.
const finder = (() => {
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
  const INSIDE = String.raw`\(((?:[^()]|\([^()]*\))*)\)`;
  const called = (names) => new RegExp(`(?<!\\p{L})(?:${names})${INSIDE}`, "gu");
  const INV = called("inv"), PINV = called("pinv"), NORM = called("norm"), EXPM = called("expm"), KRON = called("kron");
  const held = (inside) => (/^\p{L}$/u.test(inside) ? inside : `(${inside})`);

  const unbracketed = (line) => line.replace(/\((∂(?:[^()]|\([^()]*\))*)\)(?=\/)/g, "$1");  // the numerator of a derivative

  function formula(query) {
    let text = query.replace(/[\uFF01-\uFF5E\u3000\u{1D400}-\u{1D7FF}]/gu, (c) => c.normalize("NFKC"));
    text = text.replace(/\\\||\|\||∥/g, "‖").replace(EMPTY, "").replace(/(?<![_^]\s*)\{\s*([\p{L}\d])\s*\}/gu, "$1").replace(/\\d?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "$1/$2");
    text = text.replace(/\\([A-Za-z]+)/g, (_, name) => SIGNS[name] ?? ` ${name} `).replace(/(?:np|numpy|torch|jnp|linalg)\./g, "");
    text = text.replace(/[−–—]/g, "-").replace(/[′’‘´`]/g, "'").replace(/[⊤ᵗ]/g, "ᵀ").replace(/[⊙]/g, "∘").replace(/∑/g, "Σ").replace(/∣/g, "|");
    text = text.replace(/(?<!\p{L})ln(?!\p{L})/gu, "log").replace(/(?<!\p{L})trace(?=\s*\()/gu, "tr").replace(/(?<!\p{L})sigmoid(?=\s*\()/gu, "σ").replace(/(?<!\p{L})relu(?=\s*\()/giu, "ReLU");
    text = text.replace(/\*\*/g, "^").replace(/\.T(?!\p{L})|\.?'/gu, "ᵀ").replace(/[*·⋅@]/g, " ");
    text = text.replace(/\^\s*(?:\{([^{}]*)\}|\(([^()]*)\)|(-?.))/gu, (all, ...parts) => shifted(parts.slice(0, 3).find((p) => p !== undefined).replace(/\s/g, ""), RAISED) ?? all);
    text = text.replace(/‖\s*_\s*\{?[2F]\}?/g, "‖").replace(/_\s*(?:\{([^{}]*)\}|(.))/gu, (all, ...parts) => shifted((parts[0] ?? parts[1]).replace(/[\s,]/g, ""), LOWERED) ?? all);
    text = text.replace(INV, (_, x) => `${held(x)}⁻¹`).replace(PINV, (_, x) => `${held(x)}⁺`).replace(NORM, "‖$1‖").replace(EXPM, (_, x) => `e^${held(x)}`).replace(KRON, (_, x) => x.replace(",", "⊗"));
    text = text.replace(/\|(?!\s*det)([^|]*\p{Lu}[^|]*)\|/gu, "det($1)").replace(/(?<!\p{L})(det|tr|vec|diag|adj)\s*([\p{L}ᵀ⁻¹]+)(?!\p{L}|\()/gu, "$1($2)");
    text = text.replace(/\p{Lu}(?=[ᵢⱼₖₗ]{2})/gu, (c) => c.toLowerCase()).replace(/(?<!\p{L})d\((\p{L})\)/gu, "d$1");  // as they are printed
    text = unbracketed(text).replace(/[{}$\\\s]/g, "");
    return unbracketed(text.replace(/^(?:∂\/∂|d\/d)(\p{L})(.+)$/u, "∂$2/∂$1"));  // the operator before what it is applied to
  }

  const FUNCTIONS = "logsumexp|softmax|softplus|log|det|tr|exp|vech?|diag|adj|sinh?|cosh?|tanh?|sum|ReLU|sign|outer|erf|max|min|inv|norm";
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
        } else if (p !== t && !(/^(?:∇²?|1)$/.test(p) && t.startsWith(p))) break;  // by whatever it is
      }
      if (k === pattern.length) return true;
    }
    return false;
  }

  const squeeze = (text) => text.normalize("NFKC").toLowerCase().replace(/[‐–—]/g, "-");
  const WORD = /[a-z]{3,}/g, CHINESE = /\p{Script=Han}/u;
  const LONGEST = 300;
  function entry(search) {
    const lines = search.split("\n").map(unbracketed), isFormula = (line) => /[=≠]/.test(line), words = lines.filter((line) => !isFormula(line)).map(squeeze);
    return { lines: lines.filter(isFormula), formulas: lines.filter(isFormula).map(tokens), names: words.slice(0, 3), words: words.join("\n"), text: squeeze(search) };
  }
  function asked(query, vocabulary) {
    const said = query.trim().slice(0, LONGEST), words = squeeze(said.replace(/[\\$]/g, "")).split(/[\s，、。；]+/).filter(Boolean);
    if (said && !words.length) words.push(said);
    const spoken = words.length && words.every((word) => CHINESE.test(word) || (/^[a-z-]{3,}$/.test(word) && word.split("-").every((part) => vocabulary.has(part))));
    const typed = !spoken && /[(^'′’@‖|\\_=[∣]|[^\x00-\x7f]|\p{Lu}|\.T/u.test(said) ? formula(said) : "";
    return { words, typed, shape: tokens(typed), squeezed: squeeze(typed) };
  }
  // Letters of the very case that was typed first, then any; in a formula the closer fit first; the shorter name first.
  function rank(entry, { words, typed, shape, squeezed }) {
    if (!words.length) return 1;
    if (typed && (shape.length > 1 || !/^[\x00-\x7f]+$/.test(typed))) {
      const exact = entry.lines.find((line) => line.includes(typed));
      if (exact) return 5 + typed.length / exact.length;
      const fit = (shape.length > 2 || shape[0]?.[0] === "∇" && shape.length > 1) && entry.formulas.find((formula) => alike(shape, formula));
      if (fit) return 4 + shape.length / fit.length;
      if (shape.length > 2 && entry.text.includes(squeezed)) return 2;
    }
    const named = entry.names.filter((name) => words.every((word) => name.includes(word))).map((name) => words.join(" ").length / name.length);
    if (named.length) return 3 + Math.max(...named) / 2;
    if (words.every((word) => entry.names.some((name) => name.includes(word)))) return 3;
    return words.every((word) => entry.text.includes(word)) ? 2 : 0;
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
  const RUNS = /\p{Script=Han}+|[a-z-]+/gu;
  const pairs = (run) => (CHINESE.test(run) && run.length > 2 ? [...run].slice(0, -1).map((c, k) => c + [...run][k + 1]) : [run]);
  function instead({ words, typed }, entries, vocabulary) {
    const sign = Object.hasOwn(SIGNS, words[0]) && words.length === 1 ? SIGNS[words[0]] : "";
    if (/\p{Script=Greek}/u.test(sign)) return { near: sign, score: (entry) => (entry.lines.some((line) => line.includes(sign)) ? 2 : 0) };
    const known = (word) => entries.some(({ text }) => text.includes(word));
    const corrected = words.map((word) => (known(word) || !/^[a-z-]+$/.test(word) ? word : nearest(word, vocabulary) || word));
    if (corrected.some((word, k) => word !== words[k]) && corrected.every(known)) return { near: corrected.join(" "), score: (entry) => rank(entry, { words: corrected, typed: "", shape: [] }) };
    const within = typed.replace(/^∂(.+)\/∂\p{L}$|^∇[ₐ-ₜ]?_?/u, "$1");  // of a derivative that is nowhere, what is differentiated
    if (within && within !== typed) {
      const asked = { words, typed: within, shape: tokens(within), squeezed: squeeze(within) }, score = (entry) => rank(entry, asked);
      if (entries.some((entry) => score(entry) > 2)) return { near: within, score };
    }
    if (typed && !CHINESE.test(typed)) return null;
    const parts = words.flatMap((word) => word.match(RUNS) ?? []).flatMap(pairs).filter(known);
    const found = ({ words: own, names }) => parts.filter((part) => own.includes(part)).length + parts.filter((part) => names.some((name) => name.includes(part))).length / 100;
    const most = Math.floor(Math.max(0, ...entries.map(found)));
    return most && most >= parts.length / 2 ? { near: "", score: (entry) => (found(entry) >= most ? found(entry) : 0) } : null;
  }
  function vocabularyOf(entries) {
    const found = new Map();
    for (const { words } of entries) for (const [word] of words.matchAll(WORD)) found.set(word, (found.get(word) ?? 0) + 1);
    return found;
  }
  return { entry, asked, rank, instead, vocabularyOf };
})();
