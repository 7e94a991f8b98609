// Python in a worker: starts from the memory that was kept when the page was built, then answers requests one by one.
// The page hands over the compiled module, that memory, and the two scripts of Pyodide; nothing is fetched.
"use strict";
// A worker of modules does not start from a file on disk, so that this one is of the classic kind, to which Pyodide objects.
globalThis.importScripts = undefined;
const NOWHERE = "https://nowhere.invalid/";
const address = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

// The version that runs is pinned, so that what it asks for is known: its module, and a library, of which all is in memory.
const EMPTY_ZIP = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Array(18).fill(0));
function answerRequests(module, size) {
  globalThis.fetch = async (asked) => {
    const name = String(asked.url ?? asked).slice(NOWHERE.length);
    if (name === "pyodide.asm.wasm") return new Response(null);
    if (name === "python_stdlib.zip") return new Response(EMPTY_ZIP);
    throw new Error(`nothing is fetched: ${name}`);
  };
  WebAssembly.instantiateStreaming = async (response, imports) => {
    const instance = await WebAssembly.instantiate(module, imports), { memory } = instance.exports;
    memory.grow(Math.max(0, Math.ceil((size - memory.buffer.byteLength) / 65536)));
    return { module, instance };
  };
}

async function start({ module, snapshot, scripts, version }) {
  answerRequests(module, snapshot.byteLength);
  const { default: createPyodideModule } = await import(address(scripts.asm));
  const { loadPyodide } = await import(address(scripts.loader));
  const info = { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", version };
  const python = await loadPyodide({
    createPyodideModule, indexURL: NOWHERE, packageBaseUrl: NOWHERE, stdLibURL: `${NOWHERE}python_stdlib.zip`,
    lockFileContents: JSON.stringify({ info, packages: {} }), _loadSnapshot: snapshot,
  });
  return python.runPython("from cheatsheet.in_browser import answer; answer");
}

// While nobody asks, a few short questions: the browser compiles what they run through, and the next one is answered sooner.
const REHEARSED = [["y.T @ B @ y", "y"], ["log(b.T @ y)", "y"], ["det(B @ Y)", "Y"], ["sum(tanh(B @ y))", "B"], ["inv(Y)", "Y"]];
let waiting;
async function rehearse() {
  const [expression, wrt] = REHEARSED.shift();
  (await answer)(JSON.stringify({ task: "derive", expression, wrt }));
  rehearseLater();
}
function rehearseLater() {
  if (REHEARSED.length) waiting = setTimeout(() => rehearse().catch(() => {}), 100);
}

let answer;
addEventListener("message", async ({ data }) => {
  clearTimeout(waiting);
  try {
    if (data.start) {
      answer = start(data.start);
      await answer;
      postMessage({ ready: true });
    } else postMessage({ number: data.number, answer: JSON.parse((await answer)(JSON.stringify(data.request))) });
  } catch (error) {
    postMessage({ number: data.number, failure: String(error.message ?? error) });
  }
  rehearseLater();
});
