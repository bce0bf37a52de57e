import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { build } from "esbuild";
import { afterAll } from "vitest";

const folders: string[] = [];
let bundle: Promise<string> | undefined;

/** Bundles the process into one file, which starts in half the time. */
function bundled(): Promise<string> {
  bundle ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "flaghoist-bundle-"));
    folders.push(folder);
    const outfile = join(folder, "sync.mjs");
    await build({
      entryPoints: [new URL("processes/sync.ts", import.meta.url).pathname],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      external: ["pg-native"],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      // Only the migrations are found by it.
      define: { "import.meta.url": JSON.stringify(new URL("../../src/store/migrations.ts", import.meta.url).href) },
      logLevel: "silent",
    });
    return outfile;
  })();
  return bundle;
}

/**
 * Starts a sync in a separate process, which ends when its standard input is closed.
 *
 * @returns the child, and the lines in which it says its steps and, at last, `outcome …` or `error …`
 */
export async function startSync(
  ...args: readonly [folder: string, ref: string, environment: string, url: string]
): Promise<{ readonly child: ChildProcess; readonly lines: Interface }> {
  const child = spawn(process.execPath, [await bundled(), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  return { child, lines: createInterface({ input: child.stdout }) };
}

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
