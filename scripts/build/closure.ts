import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { build } from "esbuild";

/**
 * The modules and packages that the entry points reach by static and dynamic imports. Paths are relative to the
 * repository.
 */
export interface Closure {
  readonly files: readonly string[];
  /** Names of npm packages, without the modules of Node itself. */
  readonly packages: readonly string[];
}

/** Finds everything that the entry points import. @throws Error when an entry point does not exist */
export async function closureOf(root: string, entryPoints: readonly string[]): Promise<Closure> {
  const missing = entryPoints.filter((file) => !existsSync(join(root, file)));
  if (missing.length > 0) throw new Error(`package.json exports ${missing.join(", ")}, which does not exist`);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entryPoints.map((file) => posix.join(file)),
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    outdir: "nowhere",
    metafile: true,
    logLevel: "error",
  });
  const files = Object.keys(metafile.inputs).sort();
  const specifiers = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external === true).map(({ path }) => path),
  );
  const packages = new Set(specifiers.filter((path) => !path.startsWith("node:")).map(packageOf));
  return { files, packages: [...packages].sort() };
}

/** `semver/classes/range.js` → `semver`, `@scope/name/x` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
