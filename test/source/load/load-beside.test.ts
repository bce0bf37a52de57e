import { expect, test } from "vitest";
import type { SourceFile } from "../../../src/core/flag/source-file.ts";
import { loadBeside } from "../../../src/source/load/load-beside.ts";
import { loadFlags, type LoadedFlags } from "../../../src/source/load/load.ts";
import { plansBetween } from "../../../src/impact/plans-between.ts";
import { checkPolicies } from "../../../src/impact/policy/check-policies.ts";
import { reportBetween } from "../../../src/impact/report-between.ts";
import { type Random, seededRandom } from "../../support/random.ts";
import { sourceFile } from "../check-all.ts";

const TODAY = "2026-11-20";
const ENVIRONMENTS = ["development", "staging", "production"];

/** Path → text. */
type Tree = ReadonlyMap<string, string>;

test("beside another state, files load, plan, report and break policies exactly as by themselves", () => {
  const random = seededRandom();
  let shared = 0;
  for (let round = 0; round < (process.env["FULL"] === "1" ? 1_000 : 50); round += 1) {
    const one = aTree(random);
    const other = edited(random, one);
    // What is at fault is so in the base as often as in the branch.
    const [base, tip] = oneOf(random, [
      [one, other],
      [other, one],
    ] as const);
    const [before, after] = [filesOf(base), filesOf(tip)];
    const loaded = loadFlags(after, { today: TODAY });
    const fast = loadBeside(before, { files: after, loaded });
    const slow = loadFlags(before);
    const what = `SEED=${random.seed}, round ${round}`;
    expect(dataOf(fast), what).toEqual(dataOf(slow));
    expect(toldOf(fast, loaded), what).toEqual(toldOf(slow, loadFlags(after, { today: TODAY })));
    const [was, is] = [fast.flagsFor("production"), loaded.flagsFor("production")];
    shared += [...was].filter(([key, flag]) => is.get(key) === flag).length;
  }
  // Else nothing was tried.
  expect(shared).toBeGreaterThan(50);
});

test("a flag is the same object on both sides where its file and all of its segments are the same, else another", () => {
  const outer = "description: Of both kinds.\nif: { any: [{ segment: staff }, { postalCode: [M5V] }] }\n";
  const before = filesOf(
    new Map([
      ["flags/_config.yaml", configText("")],
      ["flags/_segments/outer.yaml", outer],
      ["flags/_segments/staff.yaml", segmentText("admin")],
      ["flags/a.yaml", flagText("rollout: 10%")],
      ["flags/b.yaml", flagText(`${ruleText("outer")}rollout: 10%`)],
      ["flags/c.yaml", flagText("rollout: 10%")],
    ]),
  );
  const after = before.map((file) => {
    if (file.path === "flags/_segments/staff.yaml") return sourceFile(file.path, segmentText("mechanic"));
    return file.path === "flags/c.yaml" ? sourceFile(file.path, flagText("rollout: 20%")) : file;
  });
  const loaded = loadFlags(after);
  const beside = loadBeside(before, { files: after, loaded });
  expect(beside.diagnostics).toEqual([]);
  const same = [...beside.flagsFor("staging")].filter(([key, flag]) => loaded.flagsFor("staging").get(key) === flag);
  expect(same.map(([key]) => key)).toEqual(["a"]);
});

test("what only the other state's configuration makes right or wrong is found", () => {
  const [before, after] = ["", "extra: { type: string }, "].map((attributes) =>
    filesOf(
      new Map([
        ["flags/_config.yaml", configText(attributes)],
        ["flags/a.yaml", flagText("rules:\n  - { name: extra, if: { extra: [x] } }\nrollout: 10%")],
        ["flags/b.yaml", flagText("rollout: 10%")],
      ]),
    ),
  );
  if (before === undefined || after === undefined) throw new Error("two states");
  const loaded = loadFlags(after);
  expect(loaded.diagnostics).toEqual([]);
  const beside = loadBeside(before, { files: after, loaded });
  expect(beside.diagnostics.map(({ file, code }) => [file, code])).toEqual([["flags/a.yaml", "unknown-attribute"]]);
  expect(beside.flags.map(({ key }) => key)).toEqual(["b"]);
});

/** All that is known of a state, as data. */
function dataOf(loaded: LoadedFlags): unknown {
  const { flags, flagsFor, flagFor: _, configFile, ...rest } = loaded;
  return {
    ...rest,
    configFile: configFile?.text,
    flags: flags.map(({ parsed, ...flag }) => ({ ...flag, text: parsed.text, tree: parsed.tree })),
    served: [null, ...ENVIRONMENTS].map((environment) => flagsFor(environment)),
  };
}

/** All that is said about a branch. */
function toldOf(before: LoadedFlags, after: LoadedFlags): unknown {
  const plans = plansBetween(before, after, { from: "1", to: "2" });
  const [from, to] = [
    { ref: "main", commit: "1" },
    { ref: "HEAD", commit: "2" },
  ];
  return {
    plans,
    broken: checkPolicies({ before, after, plans }, { today: TODAY }),
    report: reportBetween(before, after, { from, to, today: TODAY, sample: 200 }),
  };
}

function filesOf(tree: Tree): readonly SourceFile[] {
  return [...tree].map(([path, text]) => sourceFile(path, text));
}

function aTree(random: Random): Map<string, string> {
  const tree = new Map([["flags/_config.yaml", configText("")]]);
  for (const name of ["staff", "beta"]) tree.set(`flags/_segments/${name}.yaml`, segmentText(oneOf(random, ROLES)));
  for (let number = 0; number < 12; number += 1) tree.set(`flags/flag_${number}.yaml`, aFlagText(random));
  return tree;
}

/** Some edits of every kind that a branch makes, some of which are mistakes. */
function edited(random: Random, base: Tree): Tree {
  const tree = new Map(base);
  for (let left = below(random, 5); left > 0; left -= 1) {
    const path = `flags/flag_${below(random, 12)}.yaml`;
    const text = tree.get(path) ?? flagText("rollout: all");
    const edits: readonly (() => void)[] = [
      () => tree.set(path, aFlagText(random)),
      () => tree.set(path, text.replace("Something.", "Something else.")),
      () => tree.delete(path),
      () => tree.delete(path) && tree.set(path.replace("flags/", "flags/moved/"), text),
      () => tree.set(path.replaceAll("_", "-"), text),
      () => tree.set(`flags/new_${below(random, 4)}.yaml`, aFlagText(random)),
      () => tree.set("flags/_segments/staff.yaml", segmentText(oneOf(random, ROLES))),
      () => tree.set("flags/_segments/README.md", "Notes.\n"),
      () => tree.delete("flags/_segments/beta.yaml"),
      () => tree.set("flags/_config.yaml", configText("extra: { type: string }, ")),
      () => tree.set("flags/_config.yaml", configText("").replace("maxFlags: 2", "maxFlags: 1")),
      () => tree.set(path, "name: [\n"),
    ];
    oneOf(random, edits)();
  }
  return tree;
}

const ROLES = ["admin", "mechanic", "customer"] as const;

function configText(attributes: string): string {
  return `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes: { ${attributes}userId: { type: string }, userRole: { type: string, values: [admin, mechanic, customer] }, postalCode: { type: string } }
owners: { team-a: "@acme/a" }
policies: { maxStep: 25%, maxFlags: 2, stagingFirst: true, maxExpiryDays: 180 }
`;
}

function segmentText(role: string): string {
  return `description: Some people.\nif: { userRole: [${role}] }\n`;
}

function flagText(lines: string): string {
  return `name: A flag\ndescription: Something.\nowner: team-a\nkind: ops\nenabled: true\n${lines}\n`;
}

function ruleText(segment: string): string {
  return `rules:\n  - name: some first\n    if: { segment: ${segment} }\n    serve: true\n`;
}

function aFlagText(random: Random): string {
  const share = () => `${below(random, 101)}%`;
  const parts = [
    oneOf(random, ["", "", ruleText("staff"), ruleText("beta")]),
    `rollout: ${share()}\n`,
    oneOf(random, ["", "", `requires: { flag_${below(random, 12)}: true }\n`]),
    oneOf(random, ["", "expires: 2020-01-31\n", "expires: 2099-01-31\n"]),
    oneOf(random, [
      "",
      `environments: { production: { rollout: ${share()} } }\n`,
      "environments: { staging: { enabled: false } }\n",
    ]),
  ];
  return flagText(parts.join("").trimEnd());
}

/** A whole number, 0 ≤ n < end. */
function below(random: Random, end: number): number {
  return Math.floor(random.between(0, end));
}

function oneOf<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[below(random, values.length)];
  if (value === undefined) throw new RangeError("one of none");
  return value;
}
