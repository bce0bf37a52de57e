import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCli } from "./build/cli.ts";
import { closureOf } from "./build/closure.ts";
import { publishedManifest, type Manifest } from "./build/manifest.ts";
import { filesBelow } from "./build/files.ts";
import { TOPICS } from "../src/cli/help/topics.ts";

// Builds dist/, the package as it is published. It mirrors the repository (src/, schema/, flags/), so that the code finds
// other files by the same relative paths as here.

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = process.argv[2] ?? join(ROOT, "dist");

const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const entryPoints = Object.values(manifest.exports);
const library = await closureOf(ROOT, entryPoints);

rmSync(DIST, { recursive: true, force: true });
compileLibrary();
copy("src"); // SQL and Markdown
copy("schema");
copy("LICENSE");
copy("README.md");
for (const { page } of TOPICS) copy(page);
const bundled = await buildCli(ROOT, DIST);
const published = publishedManifest(manifest, library.packages);
writeFileSync(join(DIST, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
console.log(`${DIST}: ${library.files.length} modules, hoist ${Math.round(bundled / 1024)} KiB`);

/** Compiles the files that the entry points reach. The command line is bundled separately. */
function compileLibrary(): void {
  const config = join(DIST, "tsconfig.json");
  mkdirSync(DIST, { recursive: true });
  const options = {
    noEmit: false,
    outDir: DIST,
    rootDir: ROOT,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  const files = library.files.filter((file) => /\.tsx?$/.test(file)).map((file) => join(ROOT, file));
  writeFileSync(
    config,
    JSON.stringify({ extends: join(ROOT, "tsconfig.json"), compilerOptions: options, files, include: [] }),
  );
  try {
    execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "--project", config], {
      stdio: "inherit",
    });
  } finally {
    rmSync(config);
  }
  // The compiler rewrites `./flag.ts` in the code but not in the declarations.
  for (const file of filesBelow(DIST).filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(/((?:from|import)\s*\(?\s*["']\.[^"'\n]*)\.tsx?(["'])/g, "$1.js$2"));
  }
}

function copy(path: string): void {
  mkdirSync(dirname(join(DIST, path)), { recursive: true });
  cpSync(join(ROOT, path), join(DIST, path), {
    recursive: true,
    filter: (source) => ![".ts", ".tsx", ".js"].includes(extname(source)) && source !== join(ROOT, "src/README.md"),
  });
}
