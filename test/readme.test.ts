import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.ts";
import { TOPICS } from "../src/cli/help/topics.ts";
import { hoistProgram } from "../src/cli/program.ts";
import * as entryPoint from "../src/index.ts";
import { OPERATOR_NAMES } from "../src/source/shape/operators.ts";
import { nodesOf, parseMarkdown, readText } from "./support/markdown.ts";
import { installPackage } from "./support/package.ts";
import { blocksOf, commitOrder, runInShell, stepsOf, withOutputs, withPlaceholders } from "./support/readme.ts";
import { aFolder, aRepository, gitTestEnvironment } from "./support/repository.ts";
import { checkAll } from "./source/check-all.ts";

// To rewrite the outputs: `README=write npx vitest run --config test/vitest.config.ts test/readme.test.ts`; then read the diff.
const isWriting = process.env["README"] === "write";
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = TOPICS.map(({ page }) => page);
const DOCUMENTS = ["README.md", ...PAGES];

/** Flags in the documents expire on this day. The test replaces it with a day in the next year. */
const EXPIRES = "2027-06-01";
const THIS_YEAR = new Date().getUTCFullYear();
const NEXT_YEAR = `${THIS_YEAR + 1}-06-01`;

function read(document: string): string {
  return readFileSync(join(ROOT, document), "utf8");
}

describe("every command prints what the document shows, and ends with the exit code that it shows", () => {
  test("README.md, in an application that has the package installed", { timeout: 300_000 }, () => {
    const { folder, remove } = installPackage();
    try {
      spawnSync("git", ["init", "--quiet", "--initial-branch=main"], { cwd: folder });
      writeFileSync(join(folder, ".gitignore"), "node_modules/\n*.tgz\n");
      checkCommands("README.md", folder, join(folder, "node_modules/.bin"));
    } finally {
      remove();
    }
  });

  test.each(PAGES)("%s, in a repository with the example flags of this one", { timeout: 300_000 }, (page) => {
    const repository = aRepository();
    const flags = join(ROOT, "flags");
    cpSync(flags, join(repository.folder, "flags"), {
      recursive: true,
      filter: (path) => path !== join(flags, "README.md"),
    });
    repository.write(".github/CODEOWNERS", read(".github/CODEOWNERS"));
    repository.write(".gitignore", "node_modules/\n.flaghoist/\n");
    mkdirSync(join(repository.folder, "node_modules"));
    symlinkSync(ROOT, join(repository.folder, "node_modules/flaghoist"));
    repository.commit("Example flags (#1)");
    const bin = aFolder();
    writeFileSync(join(bin, "hoist"), `#!/bin/sh\nexec node '${ROOT}src/cli/bin.js' "$@"\n`, { mode: 0o755 });
    checkCommands(page, repository.folder, bin);
  });
});

/** Runs the console blocks of a document in one shell and compares the outputs, or rewrites them. */
function checkCommands(document: string, cwd: string, bin: string): void {
  const markdown = read(document);
  const steps = blocksOf(markdown)
    .filter(({ language }) => language === "console")
    .flatMap(stepsOf);
  const commands = steps.map(({ command }) => command.replaceAll(EXPIRES, NEXT_YEAR));
  const home = aFolder();
  const ran = runInShell(commands, { cwd, work: aFolder(), env: environmentOf(home, bin) });
  const outputs = ran.map(({ output }) =>
    output.map((line) => line.replaceAll(NEXT_YEAR, EXPIRES).replaceAll(cwd, "/home/dana/my-app").trimEnd()),
  );
  const codes = (all: readonly { readonly exitCode: number }[]) =>
    steps.map(({ line, command }, index) => ({ line, command, exitCode: all[index]?.exitCode }));
  if (isWriting) {
    expect(codes(ran)).toEqual(codes(steps));
    writeFileSync(join(ROOT, document), withOutputs(markdown, outputs));
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
  expect(commitOrder(steps.map(({ output }) => output)), "the document shows the commits of one run").toEqual(
    commitOrder(outputs),
  );
}

/** Returns the environment of a reader named Dana, without the settings of this machine. */
function environmentOf(home: string, bin: string): Record<string, string> {
  const git = gitTestEnvironment(home);
  const [name, email] = ["Dana", "dana@acme.dev"];
  return {
    ...git,
    PATH: [bin, join(ROOT, "node_modules/.bin"), git["PATH"]].join(":"),
    TMPDIR: home,
    // The same program starts dozens of times.
    NODE_COMPILE_CACHE: join(home, "compiled"),
    TZ: "UTC",
    USER: "dana",
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

test("the TypeScript of every document compiles", () => {
  const folder = aFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/flaghoist"));
  const blocks = DOCUMENTS.flatMap((document) =>
    blocksOf(read(document))
      .filter(({ language }) => language === "ts")
      .map((block) => ({ ...block, name: document.replaceAll(/\W/g, "-") })),
  );
  const files = blocks.map(({ lines, line, name }) => {
    const file = join(folder, `${name}-line-${line}.mts`);
    writeFileSync(file, lines.join("\n"));
    return file;
  });
  if (files.length === 0) return;
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--module",
    "nodenext",
    "--target",
    "es2024",
  ];
  const source = ["--allowImportingTsExtensions", "--resolveJsonModule", "--skipLibCheck"];
  const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...source, ...types, ...files], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stdout).toBe("");
});

test.each(DOCUMENTS)("the YAML files that %s shows are one valid tree of flags", (document) => {
  const files = blocksOf(read(document)).flatMap(({ language, lines }) => {
    const path = /^# (flags\/\S+\.yaml)$/.exec(lines[0] ?? "")?.[1];
    if (language !== "yaml" || path === undefined) return [];
    const text = `${lines.join("\n").replaceAll(EXPIRES, NEXT_YEAR)}\n`;
    return [{ path, kind: "file" as const, bytes: new TextEncoder().encode(text) }];
  });
  if (document === "flags/README.md") expect(files.map(({ path }) => path)).toContain("flags/_config.yaml");
  if (files.length > 0) expect(checkAll(files, `${THIS_YEAR}-01-01`)).toEqual([]);
});

test.each([...DOCUMENTS, "src/README.md"])("every relative link of %s leads to a file and a heading", (document) => {
  const targets = nodesOf(parseMarkdown(read(document))).flatMap((node) =>
    node.type === "link" && !/^\w+:/.test(node.url) ? [node.url] : [],
  );
  const broken = targets.filter((target) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? document : posix.join(dirname(document), path);
    return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(read(file)).includes(anchor));
  });
  expect(broken).toEqual([]);
});

/** Returns the anchors that GitHub gives to the headings of a document. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = nodesOf(parseMarkdown(markdown)).filter(({ type }) => type === "heading");
  return headings.map((heading) =>
    readText(heading)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documents are complete", () => {
  const program = hoistProgram(
    {
      out: () => {},
      err: () => {},
      annotate: () => {},
      env: {},
      cwd: ROOT,
      now: () => new Date(),
      user: "user@host",
      style: (_: string, text: string) => text,
      errStyle: (_: string, text: string) => text,
      showsProgress: false,
      width: 100,
    },
    () => {},
  );
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());

  test("the page on flag files names every field and every operator", () => {
    const shape = (name: string) =>
      JSON.parse(read(`schema/${name}.schema.json`)) as { readonly properties: Readonly<Record<string, unknown>> };
    const fields = [...Object.keys(shape("flag").properties), ...Object.keys(shape("config").properties)];
    const page = read("flags/README.md");
    expect([...fields, ...OPERATOR_NAMES].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test("the page on commands names every command and every exit code", () => {
    const page = read("src/cli/README.md");
    expect(commands.filter((name) => !page.includes(`hoist ${name}`))).toEqual([]);
    const [, table = ""] = page.split("| exit code |");
    const [rows = ""] = table.split("\n\n");
    const codes = [...rows.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });

  test("the page on the client names every export", () => {
    const page = read("src/client/README.md");
    expect(Object.keys(entryPoint).filter((name) => !page.includes(name))).toEqual([]);
  });

  test.each(DOCUMENTS)("%s names no command that does not exist", (document) => {
    const named = [...read(document).matchAll(/(?:`|^\$ )(?:npx )?hoist ([a-z]+)/gm)].map(([, name = ""]) => name);
    expect(named.filter((name) => !commands.includes(name))).toEqual([]);
  });

  test("README.md has at most 3,500 words", () => {
    expect(read("README.md").trim().split(/\s+/).length).toBeLessThanOrEqual(3500);
  });
});
