import { readdirSync, readFileSync } from "node:fs";
import { extname, join, posix } from "node:path";
import { build } from "esbuild";

/** One import of one source file. */
export interface Import {
  /** Relative to the source folder, e.g. `core/flag.ts`. */
  readonly from: string;
  /** A file, relative to the source folder (`../package.json` is beside it), or a package's specifier, e.g. `node:fs`. */
  readonly to: string;
  readonly isFile: boolean;
  /** `type`: gone at run time. `dynamic`: `import()`, loaded when it is called. */
  readonly kind: "static" | "dynamic" | "type";
}

const SOURCE = /\.(?:ts|tsx|js|mjs)$/;

/** All source files below a folder, relative to it, with forward slashes, sorted. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => SOURCE.test(path) && !path.endsWith(".d.ts"))
    .sort();
}

/** Every import of every file below a folder, as esbuild's parser sees them. */
export async function importsOf(folder: string): Promise<readonly Import[]> {
  const files = sourceFiles(folder);
  const atRunTime = await resolvedBy(folder, files, (source) => source);
  const all = await resolvedBy(folder, files, withTypesMadeReal);
  const keyOf = ({ from, to }: Import) => `${from}\0${to}`;
  const real = new Set(atRunTime.map(keyOf));
  return [
    ...atRunTime,
    ...all.filter((found) => !real.has(keyOf(found))).map((found) => ({ ...found, kind: "type" as const })),
  ];
}

/**
 * esbuild drops `import type` and `typeof import("…")` before anybody can see them; written as real imports they stay. What
 * this does inside strings and comments changes no import.
 */
function withTypesMadeReal(source: string): string {
  const inTypes = [...source.matchAll(/\bimport\(\s*(["'][^"'\n]+["'])\s*[,)]/g)].map(
    ([, name]) => `\nimport ${name};`,
  );
  return source.replaceAll(/^(\s*)(import|export)\s+type\b(?=\s*[{*]|\s+\w+\s+from\b)/gm, "$1$2") + inTypes.join("");
}

async function resolvedBy(
  folder: string,
  files: readonly string[],
  rewrite: (source: string) => string,
): Promise<readonly Import[]> {
  const found: Import[] = [];
  await build({
    absWorkingDir: folder,
    entryPoints: files.map((file) => `./${file}`),
    bundle: true,
    write: false,
    outdir: join(folder, "nowhere"),
    platform: "node",
    format: "esm",
    logLevel: "silent",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, jsx: "react-jsx" } },
    plugins: [
      {
        name: "record",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
            if (kind === "entry-point") return null;
            const from = posix.normalize(importer.slice(folder.length + 1));
            const isFile = path.startsWith(".");
            const to = isFile ? posix.join(posix.dirname(from), path) : path;
            found.push({ from, to, isFile, kind: kind === "dynamic-import" ? "dynamic" : "static" });
            return { path, external: true };
          });
          onLoad({ filter: SOURCE }, ({ path }) => {
            const loader = extname(path) === ".tsx" ? "tsx" : extname(path) === ".ts" ? "ts" : "js";
            return { contents: rewrite(readFileSync(path, "utf8")), loader };
          });
        },
      },
    ],
  });
  return found;
}

/** Packages that come along when a file is loaded: its static imports, and theirs. Specifier → the way to it. */
export function loadedWith(imports: readonly Import[], door: string): ReadonlyMap<string, string> {
  const wayTo = new Map([[door, door]]);
  const packages = new Map<string, string>();
  // A Map's iteration also reaches what is added on the way.
  for (const [file, way] of wayTo) {
    for (const { to, isFile } of imports.filter(({ from, kind }) => from === file && kind === "static")) {
      const known = isFile ? wayTo : packages;
      if (!known.has(to)) known.set(to, `${way} → ${to}`);
    }
  }
  return packages;
}
