import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { describe, expect, test } from "vitest";
import { aFolder } from "../support/repository.ts";

const GUARD = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const MANIFEST = fileURLToPath(new URL("../../package.json", import.meta.url));

/** The guard beside a command that only says that it was reached. */
function aGuardedCommand(): string {
  const folder = aFolder();
  copyFileSync(GUARD, join(folder, "bin.js"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(
    join(folder, "main.ts"),
    'export async function main(): Promise<void> { process.stdout.write("reached\\n"); }',
  );
  return join(folder, "bin.js");
}

function run(node: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(node, args, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "" },
  });
  return { status, stdout, stderr };
}

function asVersion(version: string): readonly string[] {
  const code = `Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;
  return ["--no-warnings", "--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

/** A Node on this machine, outside node_modules, that is too old for us. */
function anOlderNode(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return folders
    .map((folder) => join(folder, "node"))
    .find((node) => existsSync(node) && Number(/^v(\d+)/.exec(run(node, "--version").stdout)?.[1] ?? 99) < 22);
}

describe("the version guard of the command", () => {
  test.each(["0.10.48", "18.20.8", "20.20.2", "22.0.0", "22.17.1"])(
    "Node %s prints the required version and exits with code 9",
    (version) => {
      expect(run(process.execPath, ...asVersion(version), aGuardedCommand())).toEqual({
        status: 9,
        stdout: "",
        stderr: `hoist needs Node.js 22.18 or newer and was started with ${version}: install a newer Node.js, or put one first on the PATH\n`,
      });
    },
  );

  test.each(["22.18.0", "22.100.3", "23.0.0", "24.21.0", "100.0.0"])("Node %s runs the command", (version) => {
    expect(run(process.execPath, ...asVersion(version), aGuardedCommand())).toEqual({
      status: 0,
      stdout: "reached\n",
      stderr: "",
    });
  });

  const old = anOlderNode();
  // There is no older Node to install: this machine has one, or the test above and the ES5 one below have to do.
  const lacking = old === undefined ? " (skipped: this machine has no older Node)" : "";
  test.skipIf(old === undefined)(`an older Node can run the guard${lacking}`, () => {
    const answer = run(old!, aGuardedCommand());
    expect(answer).toMatchObject({ status: 9, stdout: "" });
    expect(answer.stderr).toMatch(
      /^hoist needs Node\.js 22\.18 or newer and was started with \d+\.\d+\.\d+: [^\n]+\n$/,
    );
  });

  test("it is written in ES5, so that a very old Node can parse it", async () => {
    const source = readFileSync(GUARD, "utf8").replace("import(", "later(");
    const [modern, es5] = await Promise.all(["esnext", "es5"].map((target) => transform(source, { target })));
    expect(es5?.code).toBe(modern?.code);
  });

  test("it requires the version that package.json requires", () => {
    const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as { engines: { node: string } };
    expect(manifest.engines.node).toBe(">=22.18");
  });
});
