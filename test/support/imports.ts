import { readdirSync, readFileSync } from "node:fs";
import { extname, join, posix } from "node:path";
import { build } from "esbuild";

/** One import of one source file. */
export interface Import {
  /** Relative to the source folder, e.g. `core/flag.ts`. */
  readonly from: string;
  /** A file relative to the source folder (`../package.json` is outside), or a package's specifier, e.g. `node:fs`. */
  readonly to: string;
  readonly isFile: boolean;
  /** `type`: erased before run time. `dynamic`: `import()`, loaded when it is called. */
  readonly kind: "static" | "dynamic" | "type";
}

const SOURCE = /\.(?:ts|tsx|js|mjs)$/;

/** Returns all source files below a folder, relative to it, with forward slashes, sorted. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => SOURCE.test(path) && !path.endsWith(".d.ts"))
    .sort();
}

/** Returns every import of every file below a folder, as esbuild's parser sees them. */
export async function importsOf(folder: string): Promise<readonly Import[]> {
  const files = sourceFiles(folder);
  const atRunTime = await resolvedBy(folder, files, (source) => source);
  const all = await resolvedBy(folder, files, withTypeImportsAsValues);
  const keyOf = ({ from, to }: Import) => `${from}\0${to}`;
  const real = new Set(atRunTime.map(keyOf));
  return [
    ...atRunTime,
    ...all.filter((found) => !real.has(keyOf(found))).map((found) => ({ ...found, kind: "type" as const })),
  ];
}

/**
 * Rewrites `import type` and `typeof import("…")` as imports of values, because esbuild drops types before plugins see them.
 * Strings and comments may be changed too, which adds no import.
 */
function withTypeImportsAsValues(source: string): string {
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

/**
 * Returns the packages that loading a file loads, by its imports and theirs: specifier → the chain of imports.
 *
 * @param kinds  the imports to follow: with `dynamic`, also what is loaded later
 */
export function loadedWith(
  imports: readonly Import[],
  entryPoint: string,
  kinds: readonly Import["kind"][] = ["static"],
): ReadonlyMap<string, string> {
  const chains = new Map([[entryPoint, entryPoint]]);
  const packages = new Map<string, string>();
  // Iterating a Map also visits the entries that are added meanwhile.
  for (const [file, chain] of chains) {
    for (const { to, isFile } of imports.filter(({ from, kind }) => from === file && kinds.includes(kind))) {
      const known = isFile ? chains : packages;
      if (!known.has(to)) known.set(to, `${chain} → ${to}`);
    }
  }
  return packages;
}
