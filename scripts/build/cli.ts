import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import type { Manifest } from "./manifest.ts";

/** Defines `require`, which bundled CommonJS packages call, inside the ES module. */
const BANNER = `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`;

/**
 * Bundles the command line into one file, which starts in a third of the time: dist/cli/main.js, with the version guard
 * bin.js beside it. The optional peers of the package, the database drivers, stay outside.
 *
 * @returns the size of the bundle in bytes
 */
export async function buildCli(root: string, dist: string): Promise<number> {
  const { peerDependenciesMeta = {} }: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const optionalPeers = Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name]?.optional);
  const outfile = join(dist, "cli/main.js");
  await build({
    entryPoints: ["src/cli/main.ts"],
    outfile,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    external: optionalPeers,
    banner: { js: BANNER },
    legalComments: "external",
    logLevel: "warning",
    plugins: [
      {
        name: "keep the address of each module",
        setup({ onLoad }) {
          onLoad({ filter: /[/\\]src[/\\].*\.tsx?$/ }, ({ path }) => {
            const source = readFileSync(path, "utf8");
            const loader = path.endsWith("x") ? "tsx" : "ts";
            return { contents: source.replaceAll("import.meta.url", addressOf(relative(root, path))), loader };
          });
        },
      },
    ],
  });
  const guard = readFileSync(join(root, "src/cli/bin.js"), "utf8").replace("./main.ts", "./main.js");
  mkdirSync(join(dist, "cli"), { recursive: true });
  writeFileSync(join(dist, "cli/bin.js"), guard);
  chmodSync(join(dist, "cli/bin.js"), 0o755);
  return readFileSync(outfile).byteLength;
}

/** Returns the expression for the address that a module would have unbundled, because SQL, schemas and pages lie relative to it. */
function addressOf(file: string): string {
  const compiled = file.replaceAll("\\", "/").replace(/\.tsx?$/, ".js");
  return `new URL(${JSON.stringify(`../${compiled}`)}, import.meta.url).href`;
}
