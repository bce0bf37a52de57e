import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { findFlag } from "../../../src/source/edit/edit-flag.ts";
import { type FlagTree, flagTree } from "../../../src/source/edit/flag-tree.ts";
import { adoptLive } from "../../../src/source/edit/adopt.ts";
import { FlagError } from "../../../src/core/errors.ts";
import type { Edited } from "../../../src/source/edit/edit-result.ts";
import { renameFlag } from "../../../src/source/edit/rename.ts";
import { rollBack, servedBy } from "../../../src/source/edit/rollback.ts";
import { rollOut } from "../../../src/source/edit/rollout.ts";
import { setInFlag } from "../../../src/source/edit/set.ts";
import { lineDiff } from "../../../src/cli/terminal/line-diff.ts";
import { randomFrom } from "../random.ts";
import { oddFlag, pick } from "./odd-flag.ts";
import { oddLayout, oddText } from "./odd-layout.ts";
import { allowedLines } from "./allowed-lines.ts";
import { attempted, CONFIG, changedMeanings, meanings, sourceFile } from "./support.ts";

const COUNT = process.env["FULL"] === "1" ? 500 : 60;
const SEED = Number(process.env["SEED"] ?? 20_270_301);
const ENVIRONMENTS = ["development", "staging", "production"];

interface Generated {
  readonly tree: FlagTree;
  readonly json: JsonObject;
  readonly text: string;
  readonly random: () => number;
}

/** A tree with one oddly laid out flag, one that requires it, and one beside them. */
function generated(seed: number): Generated {
  const random = randomFrom(seed);
  const json = oddFlag(random, []);
  const text = oddText(json, oddLayout(random));
  const layout = oddLayout(random);
  const other = oddText({ ...oddFlag(random, ["flag_one"]), kind: "ops" }, layout);
  const files = [
    sourceFile("flags/_config.yaml", CONFIG),
    sourceFile("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: admin }\n"),
    sourceFile("flags/flag_one.yaml", text),
    sourceFile("flags/sub/flag_two.yaml", other),
  ];
  return { tree: flagTree(files), json, text, random };
}

/** Unreachable rules and their kin are none of an edit's business: only files without errors are edited. */
function isEditable({ tree, text }: Generated): boolean {
  const error = tree.loaded.diagnostics.find(({ severity }) => severity === "error");
  const isLogic = error === undefined || ["unreachable-rule", "contradiction"].includes(error.code);
  expect(isLogic, `${error?.file}:${error?.line} ${error?.message}\n${text}`).toBe(true);
  return error === undefined;
}

interface Try {
  readonly what: string;
  readonly result: Edited | FlagError;
  /** Where the flag may mean something else; null is the base. */
  readonly places: readonly (string | null)[];
  /** Keys on the way to what is written; more than one edit has several. */
  readonly paths: readonly (readonly string[])[];
}

function oneTry({ tree, random }: Generated): Try {
  const environment = pick(random, [...ENVIRONMENTS, null]);
  const options = { key: "flag_one", environment, evenIfMasked: true };
  const at = environment === null ? [] : ["environments", environment];
  const places = environment === null ? [null, ...ENVIRONMENTS] : [environment];
  const wish = pick(random, ["prose", "enabled", "rollout", "share", "serve", "out"] as const);
  const acknowledge = ["acknowledge"];
  if (wish === "prose") {
    const path = pick(random, ["description", "owner", "tags", "expires", "salt", "client"]);
    const value = {
      description: "new, text # here",
      owner: "team-b",
      tags: "a,b c",
      expires: "2028-01-01",
      salt: "",
      client: "true",
    };
    const change = `${path}=${value[path as keyof typeof value]}`;
    const result = attempted(() => setInFlag(tree, { ...options, environment: null }, [change]));
    return { what: change, result, places: [null, ...ENVIRONMENTS], paths: [[path], acknowledge] };
  }
  if (wish === "out") {
    const field = pick(random, ["enabled", "rollout", "serve"]);
    const result = attempted(() => setInFlag(tree, { ...options, environment: "production" }, [`${field}=`]));
    return {
      what: `${field}= --env production`,
      result,
      places: ["production"],
      paths: [["environments", "production", field], acknowledge],
    };
  }
  const field = wish === "share" ? "rollout" : wish;
  const value = {
    enabled: pick(random, ["true", "false"]),
    rollout: pick(random, ["all", "none", "{ roles: [admin] }"]),
    serve: "{ split: { true: 25%, false: 75% } }",
  };
  const result = attempted(() =>
    wish === "share"
      ? rollOut(tree, options, { share: pick(random, ["5%", "77.7%"]) })
      : setInFlag(tree, options, [`${field}=${value[wish]}`]),
  );
  return { what: `${wish} --env ${environment}`, result, places, paths: [[...at, field], acknowledge] };
}

/** An edit that must not be refused. */
function made(about: string, edit: () => Edited): Edited {
  const result = attempted(edit);
  if (result instanceof FlagError) throw new Error(`${about}\n${result.message}`, { cause: result });
  return result;
}

/** Comments outside what was replaced are all there, in order. */
function expectNarrow(given: Generated, { what, result, places, paths }: Try, seed: number): void {
  const about = `SEED=${seed} ${what}\n${given.text}`;
  if (result instanceof FlagError) {
    // A generated rule may become unreachable, a required key may be taken out: an answer too, with nothing written.
    expect(result.code, `${about}\n${result.message}`).toMatch(/USAGE|INVALID_FLAGS/);
    expect(result.message, about).not.toContain("because of the file's layout");
    return;
  }
  const allowed = places.map((name) => `${name ?? "base"} flag_one`);
  expect(allowed, about).toEqual(expect.arrayContaining([...changedMeanings(result)]));
  for (const { before, after } of result.edits) {
    const [was, is] = [allowedLines(before, paths), allowedLines(after, paths)];
    for (const { sign, line, text } of lineDiff(before, after)) {
      const isAllowed = text.trim() === "" || (sign === "-" ? was : is).has(line);
      expect(isAllowed, `${about}\n${sign} ${line}: ${text}\n=== after\n${after}`).toBe(true);
    }
    expect(after.includes("\r\n") && /[^\r]\n/.test(after), about).toBe(
      before.includes("\r\n") && /[^\r]\n/.test(before),
    );
    expect(after.endsWith("\n"), about).toBe(before.endsWith("\n"));
  }
}

test(`set and rollout on ${COUNT} generated files change only the named lines and meanings (SEED=${SEED})`, () => {
  let written = 0;
  for (let n = 0; n < COUNT; n += 1) {
    const given = generated(SEED + n);
    if (!isEditable(given)) continue;
    for (let tries = 0; tries < 4; tries += 1) {
      const attempt = oneTry(given);
      expectNarrow(given, attempt, SEED + n);
      if (!(attempt.result instanceof FlagError) && attempt.result.edits.length > 0) written += 1;
    }
  }
  expect(written).toBeGreaterThan(COUNT);
});

test(`rename on ${COUNT} generated files changes no answer and updates every requirement (SEED=${SEED})`, () => {
  let renamed = 0;
  for (let n = 0; n < COUNT; n += 1) {
    const given = generated(SEED + 1_000_000 + n);
    if (!isEditable(given)) continue;
    const { before, after, edits } = made(`SEED=${SEED + 1_000_000 + n}\n${given.text}`, () =>
      renameFlag(given.tree, "flag_one", "flag_three"),
    );
    for (const environment of [null, ...ENVIRONMENTS]) {
      const [was, is] = [before.flagsFor(environment).get("flag_one"), after.flagsFor(environment).get("flag_three")];
      expect({ ...is, key: "flag_one" }).toEqual(was);
      const requires = after.flagsFor(environment).get("flag_two")?.requires ?? [];
      expect(requires.map(({ flag }) => flag)).not.toContain("flag_one");
    }
    for (const { before: text, after: next } of edits.slice(1)) {
      expect(
        lineDiff(text, next).map(({ sign }) => sign),
        next,
      ).toEqual(["-", "+"]);
    }
    renamed += 1;
  }
  expect(renamed).toBeGreaterThan(COUNT / 2);
});

test(`rollback and adopt on ${COUNT} generated files restore the answers and keep the descriptions (SEED=${SEED})`, () => {
  let done = 0;
  for (let n = 0; n < COUNT; n += 1) {
    const seed = SEED + 2_000_000 + n;
    const [given, older] = [generated(seed), generated(seed + 500_000)];
    if (!isEditable(given) || !isEditable(older)) continue;
    const environment = pick(given.random, [null, ...ENVIRONMENTS]);
    const about = `SEED=${seed} --env ${environment}\n${given.text}\n=== older\n${older.text}`;
    const { after, edits } = made(about, () => rollBack(given.tree, "flag_one", older.text, environment));
    const text = edits[0]?.after ?? given.text;
    const explicit = (served: string | undefined) => served?.replace("null", "true");
    if (environment === null) expect(servedBy(text, null), about).toBe(servedBy(older.text, null));
    const served = (loaded: FlagTree["loaded"], name: string | null) => {
      const flag = loaded.flagsFor(name).get("flag_one");
      return flag && JSON.stringify([flag.enabled, flag.rules, flag.rollout, flag.serve]);
    };
    expect(explicit(served(after, environment)), about).toBe(explicit(served(older.tree.loaded, environment)));
    const { flag } = findFlag(flagTree(given.tree.files), "flag_one");
    expect(after.flagsFor(null).get("flag_one")?.name).toBe(flag.file.name);

    // The table says what the older file says in production: adopting it makes git say so too.
    const live = older.tree.loaded.flagsFor("production").get("flag_one");
    const own = given.tree.loaded.flagsFor("production").get("flag_one");
    if (live === undefined || own === undefined) throw new Error("no flag");
    const { enabled, rules, rollout, serve } = live;
    const adopted = made(about, () => adoptLive(given.tree, "production", { ...own, enabled, rules, rollout, serve }));
    expect(meanings(adopted.after).get("production flag_one")).toBe(
      JSON.stringify({ ...own, enabled, rules, rollout, serve }),
    );
    expect(
      changedMeanings(adopted).every((place) => place === "production flag_one"),
      about,
    ).toBe(true);
    done += 1;
  }
  expect(done).toBeGreaterThan(COUNT / 4);
});
