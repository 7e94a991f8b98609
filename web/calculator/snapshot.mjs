// The memory of a Python that has the engine loaded and warm: node snapshot.mjs PYODIDE BUNDLE WARM_UP OUT
// What a browser loads instead of starting Python, unpacking the engine and importing it. Docstrings are left out of it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

async function main(folder, bundle, warmUp, out) {
  const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
  const python = await loadPyodide({ indexURL: folder, env: { HOME: "/", PYTHONOPTIMIZE: "2" }, _makeSnapshot: true });
  python.unpackArchive(new Uint8Array(readFileSync(bundle)), "zip", { extractDir: "/lib/engine" });
  python.runPython(readFileSync(warmUp, "utf8"));
  writeFileSync(out, python.makeMemorySnapshot());
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(String(error.message ?? error));
  process.exit(1);
});
