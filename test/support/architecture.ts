import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { loadedWith, sourceFiles, type Import } from "./imports.ts";

/** The floors of the house, lowest first. An import goes to a lower floor or stays in its own folder. */
const FLOORS: readonly (readonly string[])[] = [
  ["core"],
  ["store", "history"],
  ["source"],
  ["impact"],
  ["sync", "log", "client", "github"],
  ["index.ts", "server", "openfeature", "react", "gate", "vercel", "testing", "metrics"],
  ["cli"],
];

/** Beside src/: what a source file may import from there. */
const BESIDE = [/^\.\.\/package\.json$/, /^\.\.\/schema\/[\w.-]+\.json$/];

/** The only package that core/ may use. */
const CORE_PACKAGES = [/^semver(?:\/|$)/];

/** Doors for programs at run time, and what must not come along with them. */
export const RUNTIME_DOORS = ["index.ts", "openfeature/index.ts", "react/index.ts", "gate/index.ts"] as const;
const HEAVY = /^(?:yaml|zod|ajv|commander|@commander-js\/.*|simple-git|@?octokit|pg|node:sqlite)(?:\/|$)/;

/** What code in core/ must not reach for, as text of the code without comments and types. */
const REACHES_OUT: readonly (readonly [string, RegExp])[] = [
  ["the console", /\bconsole\s*[.[]/],
  ["the process", /\bprocess\s*[.[]|\bimport\.meta\b/],
  ["the clock", /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bperformance\s*\./],
  ["chance", /\bMath\.random\b|\bcrypto\s*\./],
  ["a timer", /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\(/],
  ["the network", /\bfetch\(/],
];

/** Imports that go up, or sideways to another folder of the same floor, or out of the tree. */
export function layerViolations(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ from, to, isFile }) => {
    if (!isFile) return [];
    if (to.startsWith("../"))
      return BESIDE.some((known) => known.test(to)) ? [] : [`${from} imports ${to}, outside src/`];
    const [here, there] = [partOf(from), partOf(to)];
    const [floor, other] = [floorOf(here), floorOf(there)];
    if (floor === -1 || other === -1)
      return [`${from} imports ${to}: ${floor === -1 ? here : there} stands on no floor`];
    if (here === there || other < floor) return [];
    return [`${from} imports ${to}: ${there} is ${other === floor ? "beside" : "above"} ${here}`];
  });
}

/** What core/ imports beside core/ and semver. */
export function impureImports(imports: readonly Import[]): readonly string[] {
  return imports
    .filter(
      ({ from, to, isFile }) => partOf(from) === "core" && !isFile && !CORE_PACKAGES.some((known) => known.test(to)),
    )
    .map(({ from, to }) => `${from} imports ${to}`);
}

/** Heavy packages that come along with a door, with the way to each. */
export function heavyDoors(imports: readonly Import[], doors: readonly string[]): readonly string[] {
  return doors.flatMap((door) =>
    [...loadedWith(imports, door)].flatMap(([name, way]) => (HEAVY.test(name) ? [way] : [])),
  );
}

/** Places in core/ that reach for clock, environment, console or chance, and `process.exit` outside cli/. */
export async function reachesOut(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of sourceFiles(folder)) {
    const loader = file.endsWith("x") ? "tsx" : "ts";
    const { code } = await transform(readFileSync(join(folder, file), "utf8"), { loader, legalComments: "none" });
    if (partOf(file) === "core") {
      for (const [what, pattern] of REACHES_OUT) if (pattern.test(code)) found.push(`${file} reaches for ${what}`);
    }
    if (partOf(file) !== "cli" && /\bprocess\s*\.\s*exit\s*\(/.test(code)) found.push(`${file} ends the process`);
  }
  return found;
}

function partOf(file: string): string {
  return file.split("/")[0] ?? file;
}

function floorOf(part: string): number {
  return FLOORS.findIndex((floor) => floor.includes(part));
}
