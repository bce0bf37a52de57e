import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.ts";
import { hoistProgram } from "../src/cli/program.ts";
import * as door from "../src/index.ts";
import { OPERATORS } from "../src/source/shape/condition-shape.ts";
import { aFolder, gitTestEnvironment } from "./support/repository.ts";
import { blocksOf, runInShell, stepsOf, withOutputs, withPlaceholders } from "./support/readme.ts";
import { checkAll } from "./source/check-all.ts";

// Written anew by `README=write npx vitest run --config test/vitest.config.ts test/readme.test.ts`; read the difference.
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FILE = join(ROOT, "README.md");
const README = readFileSync(FILE, "utf8");
const isWriting = process.env["README"] === "write";

/** The text's flags expire on this day; a day that always lies ahead stands in for it. */
const EXPIRES = "2027-06-01";
const AHEAD = `${new Date().getUTCFullYear() + 1}-06-01`;

/** Who somebody is that walks through the text, and nothing of the machine's own settings. */
function surroundings(folder: string): Record<string, string> {
  const [name, email] = ["Dana", "dana@acme.dev"];
  return {
    ...gitTestEnvironment(folder),
    TMPDIR: folder,
    // Two dozen starts of the same program.
    NODE_COMPILE_CACHE: join(folder, "compiled"),
    TZ: "UTC",
    USER: "dana",
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

test("every command in the README prints what the README says, and ends as it says", { timeout: 300_000 }, () => {
  const steps = blocksOf(README)
    .filter(({ language }) => language === "console")
    .flatMap(stepsOf);
  expect(steps.length).toBeGreaterThan(20);
  const [folder, work] = [aFolder(), aFolder()];
  const commands = steps.map(({ command }) => command.replaceAll(EXPIRES, AHEAD));
  const ran = runInShell(commands, { cwd: ROOT, work, env: surroundings(folder) });
  // Every folder that the walk made for itself is one and the same to a reader.
  const made = new RegExp(`${realpathSync(folder)}/tmp\\.\\w+`, "g");
  const outputs = ran.map(({ output }) =>
    output.map((line) => line.replaceAll(AHEAD, EXPIRES).replace(made, "/tmp/tour").trimEnd()),
  );
  const codes = (all: readonly { readonly exitCode: number }[]) =>
    steps.map(({ line, command }, index) => ({ line, command, exitCode: all[index]?.exitCode }));
  if (isWriting) {
    expect(codes(ran)).toEqual(codes(steps));
    writeFileSync(FILE, withOutputs(README, outputs));
    return;
  }
  const shown = (output: readonly string[]) => output.map(withPlaceholders);
  const expected = steps.map(({ line, command, output, exitCode }) => {
    return { line, command, output: shown(output), exitCode };
  });
  const found = steps.map(({ line, command }, index) => {
    return { line, command, output: shown(outputs[index] ?? []), exitCode: ran[index]?.exitCode };
  });
  expect(found).toEqual(expected);
});

test("the TypeScript of the README compiles", () => {
  const folder = aFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/flaghoist"));
  const blocks = blocksOf(README).filter(({ language }) => language === "ts");
  expect(blocks.length).toBeGreaterThan(0);
  const files = blocks.map(({ lines, line }) => {
    const file = join(folder, `line-${line}.mts`);
    writeFileSync(file, lines.join("\n"));
    return file;
  });
  const options = ["--ignoreConfig", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
  const source = ["--allowImportingTsExtensions", "--resolveJsonModule", "--skipLibCheck"];
  const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...source, ...types, ...files], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stdout).toBe("");
});

test("the YAML of the README is one valid tree of flags", () => {
  const files = blocksOf(README)
    .filter(({ language }) => language === "yaml")
    .map(({ lines }) => ({ path: /^# (flags\/\S+)$/.exec(lines[0] ?? "")?.[1] ?? "", text: lines.join("\n") }));
  expect(files.map(({ path }) => path)).toContain("flags/_config.yaml");
  const sources = files.map(({ path, text }) => {
    const bytes = new TextEncoder().encode(`${text.replaceAll(EXPIRES, AHEAD)}\n`);
    return { path, kind: "file" as const, bytes };
  });
  expect(checkAll(sources, `${new Date().getUTCFullYear()}-01-01`)).toEqual([]);
});

test("the README names every field, operator, command, export and exit code, and no command that is not there", () => {
  const shape = (name: string) =>
    JSON.parse(readFileSync(join(ROOT, `schema/${name}.schema.json`), "utf8")) as {
      readonly properties: Readonly<Record<string, unknown>>;
    };
  const fields = [...Object.keys(shape("flag").properties), ...Object.keys(shape("config").properties), ...OPERATORS];
  expect(fields.filter((field) => !README.includes(`\`${field}\``))).toEqual([]);

  const io = {
    out: () => {},
    err: () => {},
    env: {},
    cwd: ROOT,
    now: () => new Date(),
    user: "user@host",
    style: (_: string, text: string) => text,
    errStyle: (_: string, text: string) => text,
    showsProgress: false,
    width: 100,
  };
  const program = hoistProgram(io, () => {});
  const visible = program.createHelp().visibleCommands(program);
  const commands = visible.map((command) => command.name()).filter((name) => name !== "help");
  const named = new Set([...README.matchAll(/\bhoist ([a-z]+)/g)].map(([, name = ""]) => name));
  expect(commands.filter((name) => !named.has(name))).toEqual([]);
  const inCode = [...README.matchAll(/`(?:npx )?hoist ([a-z]+)/g)].map(([, name = ""]) => name);
  expect(inCode.filter((name) => !commands.includes(name))).toEqual([]);

  expect(Object.keys(door).filter((name) => name !== "FlagError" && !README.includes(name))).toEqual([]);
  const [, table = ""] = README.split("| exit code |");
  const [rows = ""] = table.split("\n\n");
  const codes = [...rows.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});
