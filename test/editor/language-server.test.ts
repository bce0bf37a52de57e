import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaFiles } from "../../src/cli/generate/generated-files.ts";
import type { SourceFile } from "../../src/core/flag/source-file.ts";
import { loadFlags } from "../../src/source/load/load.ts";
import { readWorkTree } from "../../src/source/read/work-tree.ts";
import { checkAll } from "../source/check-all.ts";
import { parseFixture } from "../source/fixture.ts";
import { type Editor, openEditor, type Position } from "../support/language-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What a JSON Schema, or YAML itself, can say. Everything else is for `hoist validate` alone. */
const EXPRESSIBLE = new Set([
  "duplicate-key",
  "missing-key",
  "operator-type",
  "unknown-attribute",
  "unknown-environment",
  "unknown-flag",
  "unknown-key",
  "unknown-owner",
  "unknown-segment",
  "unknown-value",
  "unknown-variant",
  "value-type",
  "wrong-type",
  "wrong-value",
]);

/** Where the two differ all the same, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "missing-expect": "a key that is missing in a list's item: the editor marks the item, we its first key",
  "type-enabled-empty": "a value that is missing: the editor marks the place behind the key, we the key",
  "type-null-matcher": "the same for an attribute",
  "unknown-attribute-roles": "that roles are values of userRole is no matter of shape",
  "unknown-key": "the editor also says that the key which was meant is missing",
  "unknown-key-rollout": "the same inside rollout",
  "unknown-key-comma": "in braces, the editor passes over a key without a value",
  "value-values": "values that do not fit their own attribute's type are two members that depend on each other",
  "value-type-declared": "the same",
  "unknown-value-given": "a warning: a test may try what should never come, so the schema only proposes the values",
  "value-type-given": "the same",
  "unknown-value-whitelist": "the ids of a whitelist are texts and numbers, whatever attribute they are of",
  "operator-type-whitelist": "the same",
};

const BAD = new URL("../fixtures/bad/", import.meta.url);
const EXAMPLES = fileURLToPath(new URL("../..", import.meta.url));

const home = temporaryFolder();
const fixtures = readdirSync(BAD).map((file) => {
  const { files, today } = parseFixture(readFileSync(new URL(file, BAD), "utf8"));
  return { name: file.replace(".txt", ""), files, said: checkAll(files, today) };
});
let editor: Editor;

beforeAll(async () => {
  const examples = await readWorkTree(EXAMPLES);
  const trees = [...fixtures, { name: "examples", files: examples }];
  editor = await openEditor(home.folder, Object.assign({}, ...trees.map(writtenSchemas)));
});
afterAll(async () => {
  await editor.close();
  home.remove();
});

/** Writes the schemas of a tree as `hoist schema` does; which files each of them is for, as editor settings say it. */
function writtenSchemas({ name, files }: { readonly name: string; readonly files: readonly SourceFile[] }) {
  for (const { path, text } of schemaFiles(loadFlags(files))) {
    mkdirSync(dirname(join(home.folder, name, path)), { recursive: true });
    writeFileSync(join(home.folder, name, path), text);
  }
  const schema = (kind: string) => join(home.folder, name, `flags/_schema/${kind}.schema.json`);
  const flags = `**/${name}/flags`;
  return {
    [schema("flag")]: [`${flags}/**/*.yaml`, `!${flags}/_*.yaml`, `!${flags}/_segments/*.yaml`],
    [schema("segment")]: [`${flags}/_segments/*.yaml`],
    [schema("config")]: [`${flags}/_config.yaml`],
  };
}

/** Where the editor and `hoist validate` see problems, as `file:line:column`, each place once. */
async function places({ name, files, said }: (typeof fixtures)[number]) {
  const shown = files.filter(
    ({ kind, path, bytes }) => kind === "file" && path.endsWith(".yaml") && bytes.length < 50_000,
  );
  const found = await Promise.all(
    shown.map(async ({ path, bytes }) => {
      const problems = await editor.open(join(home.folder, name, path), new TextDecoder().decode(bytes));
      return problems.map(({ range: { start } }) => `${path}:${start.line + 1}:${start.character + 1}`);
    }),
  );
  const ours = said.map(({ file, line, column }) => `${file}:${line}:${column}`);
  return { editor: [...new Set(found.flat())].sort(), ours: [...new Set(ours)].sort() };
}

describe("the editor shows the problems of hoist validate at the same places", () => {
  const expressible = fixtures.filter(({ name, said }) => {
    return said.every(({ code }) => EXPRESSIBLE.has(code)) && !(name in DIFFERENT);
  });

  test("most invalid files get the same problems from both", () =>
    expect(expressible.length).toBeGreaterThanOrEqual(75));

  test.concurrent.each(expressible.map((fixture) => [fixture.name, fixture] as const))("%s", async (_, fixture) => {
    const found = await places(fixture);
    expect(found.editor).toEqual(found.ours);
  });

  test("every listed exception differs", async () => {
    for (const fixture of fixtures.filter(({ name }) => name in DIFFERENT)) {
      const found = await places(fixture);
      expect(found.editor, fixture.name).not.toEqual(found.ours);
    }
  });
});

test("the editor shows no problems for valid files", async () => {
  const examples = await readWorkTree(EXAMPLES);
  const found = await places({ name: "examples", files: withoutModelines(examples), said: [] });
  expect(found.editor).toEqual([]);
});

/** A modeline names a schema of its own and would win over the settings. */
function withoutModelines(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.map((file) => {
    const text = new TextDecoder().decode(file.bytes).replace(/^# yaml-language-server:.*$/m, "#");
    return { ...file, bytes: new TextEncoder().encode(text) };
  });
}

const HEAD = "name: New\ndescription: Something new.\nowner: team-growth\nkind: ops\nenabled: true\n";
const STRINGS = `${HEAD}type: string\nvariants: { control: grey, blue: "#00f", green: "#0f0" }\noffVariant: control\n`;

describe("the editor completes the names of this repository", () => {
  test.each([
    [
      "segments",
      `${HEAD}rollout: all\nrules:\n  - name: some\n    if:\n      segment: \n`,
      ["beta_cities", "staff", "suspended"],
    ],
    [
      "attributes",
      `${HEAD}rollout: all\nrules:\n  - name: some\n    if:\n      \n`,
      ["userRole", "postalCode", "segment"],
    ],
    [
      "values of an attribute",
      `${HEAD}rollout: all\nrules:\n  - name: some\n    if:\n      userRole: \n`,
      ["mechanic"],
    ],
    [
      "operators of an attribute",
      `${HEAD}rollout: all\nrules:\n  - name: some\n    if:\n      appVersion:\n        \n`,
      ["semver"],
    ],
    ["owners", "owner: \n", ["team-booking", "team-growth", "team-workshops"]],
    ["environments", `${HEAD}rollout: all\nenvironments:\n  \n`, ["development", "staging", "production"]],
    ["variants of the flag", `${STRINGS}rollout: all\nserve: \n`, ["control", "blue", "green"]],
    ["true and false on a boolean flag", `${HEAD}rollout: all\nserve: \n`, ["true", "false"]],
    ["flags that may be required", `${HEAD}rollout: all\nrequires:\n  \n`, ["workshop_routing"]],
    ["variants of a required flag", `${HEAD}rollout: all\nrequires:\n  checkout_button: \n`, ["green"]],
    ["kinds", "kind: \n", ["release", "experiment", "ops", "permission"]],
  ])("%s", async (what, text, expected) => {
    const path = join(home.folder, `examples/flags/complete-${what.replaceAll(" ", "-")}.yaml`);
    await editor.open(path, text);
    const proposed = await editor.complete(path, endOfLastLine(text));
    expect(proposed).toEqual(expect.arrayContaining(expected));
  });
});

/** Behind the last character that is typed: inside the braces, or behind the spaces of the last line. */
function endOfLastLine(text: string): Position {
  const lines = text.replace(/\n$/, "").split("\n");
  const last = lines.at(-1) ?? "";
  return { line: lines.length - 1, character: last.endsWith(" }") ? last.length - 2 : last.length };
}

describe("the editor shows descriptions on hover", () => {
  const text = `${HEAD}rollout: all\nrules:\n  - name: some\n    if: { postalCode: M5V, segment: staff }\n    serve: true\n`;
  test.each([
    ["a key", "rollout", "everyone whom no rule serves"],
    ["an attribute of this repository", "postalCode", "forward sortation area"],
    ["a segment", "segment", "Belongs to this segment"],
    ["an owner", "owner", "Who is responsible for the flag"],
  ])("%s", async (_, word, expected) => {
    const path = join(home.folder, `examples/flags/hover-${word}.yaml`);
    await editor.open(path, text);
    const line = text.split("\n").findIndex((each) => each.includes(word));
    const character = (text.split("\n")[line] ?? "").indexOf(word) + 1;
    expect(await editor.hover(path, { line, character })).toContain(expected);
  });
});
