import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { loadedWith, sourceFiles, type Import } from "./imports.ts";

/** Lists the layers of `src/`, lowest first. A file imports only from a lower layer or from its own folder. */
const LAYERS: readonly (readonly string[])[] = [
  ["core"],
  ["files"],
  ["store", "history"],
  ["source"],
  ["impact"],
  ["sync", "log", "client", "github"],
  ["index.ts", "server", "openfeature", "react", "gate", "vercel", "testing", "metrics"],
  ["cli"],
];

/** Lists what a source file may import from outside `src/`. */
const OUTSIDE = [/^\.\.\/package\.json$/, /^\.\.\/schema\/[\w.-]+\.json$/];

/** Lists the only package that `core/` may import. */
const CORE_PACKAGES = [/^semver(?:\/|$)/];

/** Lists the entry points that programs load at run time. */
export const RUNTIME_ENTRY_POINTS = ["index.ts", "openfeature/index.ts", "react/index.ts", "gate/index.ts"] as const;
/** Matches the packages that an entry point must not load before they are needed. */
const HEAVY = /^(?:yaml|zod|ajv|commander|@commander-js\/.*|simple-git|@?octokit|pg|node:sqlite)(?:\/|$)/;

/** Describes what `core/` must not access, by patterns for code without comments and types. */
const SIDE_EFFECTS: readonly (readonly [string, RegExp])[] = [
  ["the console", /\bconsole\s*[.[]/],
  ["the process", /\bprocess\s*[.[]|\bimport\.meta\b/],
  ["the clock", /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bperformance\s*\./],
  ["randomness", /\bMath\.random\b|\bcrypto\s*\./],
  ["a timer", /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\(/],
  ["the network", /\bfetch\(/],
];

/** Returns the imports that lead to a higher layer, to another folder of the same layer, or out of `src/`. */
export function layerViolations(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ from, to, isFile }) => {
    if (!isFile) return [];
    if (to.startsWith("../"))
      return OUTSIDE.some((known) => known.test(to)) ? [] : [`${from} imports ${to}, outside src/`];
    const [here, there] = [partOf(from), partOf(to)];
    const [layer, other] = [layerOf(here), layerOf(there)];
    if (layer === -1 || other === -1)
      return [`${from} imports ${to}: ${layer === -1 ? here : there} is not in the table of layers`];
    if (here === there || other < layer) return [];
    return [`${from} imports ${to}: ${there} is ${other === layer ? "beside" : "above"} ${here}`];
  });
}

/** Returns the import cycles between files, each once, as `a.ts → b.ts → a.ts`. Type imports count. */
export function importCycles(imports: readonly Import[]): readonly string[] {
  const importsByFile = Map.groupBy(
    imports.filter(({ isFile }) => isFile),
    ({ from }) => from,
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.push([...path.slice(start), file].join(" → "));
    if (start !== -1 || done.has(file)) return;
    const targets = new Set(importsByFile.get(file)?.map(({ to }) => to));
    for (const target of [...targets].sort()) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of [...importsByFile.keys()].sort()) visit(file, []);
  return cycles;
}

/** Returns the packages that `core/` imports although it may not. */
export function impureImports(imports: readonly Import[]): readonly string[] {
  return imports
    .filter(
      ({ from, to, isFile }) => partOf(from) === "core" && !isFile && !CORE_PACKAGES.some((known) => known.test(to)),
    )
    .map(({ from, to }) => `${from} imports ${to}`);
}

/** Returns the chain of imports that leads from an entry point to a heavy package, for each that it loads. */
export function heavyEntryPoints(imports: readonly Import[], entryPoints: readonly string[]): readonly string[] {
  return entryPoints.flatMap((entryPoint) =>
    [...loadedWith(imports, entryPoint)].flatMap(([name, chain]) => (HEAVY.test(name) ? [chain] : [])),
  );
}

/** Returns the files in `core/` that access clock, environment, console or randomness, and `process.exit` outside `cli/`. */
export async function sideEffects(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of sourceFiles(folder)) {
    const loader = file.endsWith("x") ? "tsx" : "ts";
    const { code } = await transform(readFileSync(join(folder, file), "utf8"), { loader, legalComments: "none" });
    if (partOf(file) === "core") {
      for (const [what, pattern] of SIDE_EFFECTS) if (pattern.test(code)) found.push(`${file} accesses ${what}`);
    }
    if (partOf(file) !== "cli" && /\bprocess\s*\.\s*exit\s*\(/.test(code)) found.push(`${file} ends the process`);
  }
  return found;
}

function partOf(file: string): string {
  return file.split("/")[0] ?? file;
}

function layerOf(part: string): number {
  return LAYERS.findIndex((layer) => layer.includes(part));
}
