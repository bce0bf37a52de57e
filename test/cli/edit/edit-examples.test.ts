import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lineDiff } from "../../../src/cli/terminal/line-diff.ts";
import { describeFlag } from "../../../src/core/describe/describe.ts";
import type { Flag, Rollout } from "../../../src/core/flag/flag.ts";
import { flagOfRow } from "../../../src/core/row/row-codec.ts";
import type { SourceFile } from "../../../src/core/flag/source-file.ts";
import { flagTree } from "../../../src/source/edit/flag-tree.ts";
import { loadFlags, type LoadedFlags } from "../../../src/source/load/load.ts";
import { openStore } from "../../../src/store/open.ts";
import { allowedLines } from "../../source/edit/allowed-lines.ts";
import { exampleFiles } from "../../source/edit/support.ts";
import { SQLITE } from "../../support/flag-database.ts";
import { hoistIn, type HoistResult } from "../../support/hoist.ts";
import { aRepository, type TestRepository } from "../../support/repository.ts";

/** The base and the environments of flags/_config.yaml. */
const PLACES = [null, "development", "staging", "production"] as const;
type Place = (typeof PLACES)[number];

const ORIGINALS = flagTree(exampleFiles());
const KEYS = ORIGINALS.loaded.flags.map(({ key }) => key);
const PATHS = new Map(ORIGINALS.loaded.flags.map(({ key, path }) => [key, path]));
const TEXTS = new Map(exampleFiles().map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]));

/** The example organisation's flags, not committed yet. */
function examples(): TestRepository {
  const repository = aRepository();
  for (const [path, text] of TEXTS) repository.write(path, text);
  return repository;
}

function committedExamples(): TestRepository {
  const repository = examples();
  repository.commit("First flags (#1)");
  return repository;
}

/** The texts of flags/ as they stand, and what they say. */
function readTree({ folder, git }: TestRepository): { texts: ReadonlyMap<string, string>; loaded: LoadedFlags } {
  const paths = git("ls-files", "--cached", "--others", "--deduplicate", "--", "flags").split("\n");
  return treeOf(folder, paths);
}

function treeOf(folder: string, paths: Iterable<string>): ReturnType<typeof readTree> {
  const texts = new Map([...paths].map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  return { texts, loaded: loadFlags([...texts].map(([path, text]) => fileOf(path, text))) };
}

const FILES = new Map(ORIGINALS.files.map((file) => [`${file.path}\n${new TextDecoder().decode(file.bytes)}`, file]));

/** The same object for the same text: what was parsed before is not parsed again. */
function fileOf(path: string, text: string): SourceFile {
  const known = FILES.get(`${path}\n${text}`);
  const file = known ?? { path, kind: "file", bytes: new TextEncoder().encode(text) };
  FILES.set(`${path}\n${text}`, file);
  return file;
}

function flagOf(loaded: LoadedFlags, key: string, place: Place): Flag {
  const flag = loaded.flagsFor(place).get(key);
  if (flag === undefined) throw new Error(`no flag ${key} in ${place}`);
  return flag;
}

/** Words that stand behind a sign of comment, in file order. */
function comments(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => /(?:^|\s)(#.*)$/.exec(line)?.[1] ?? []);
}

interface Expected {
  readonly about: string;
  /** Where the flag is to mean something else, and what. */
  readonly flagIn: (before: Flag, place: Place) => Flag;
  /** Keys on the way to what is written. */
  readonly paths: readonly (readonly string[])[];
}

/** The named flag is as expected in every place, the lines are the named ones, and everything else stays. */
function expectOnly(before: ReturnType<typeof readTree>, after: typeof before, key: string, expected: Expected): void {
  const { about, flagIn, paths } = expected;
  for (const [path, text] of after.texts) {
    const was = before.texts.get(path) ?? "";
    if (path !== PATHS.get(key)) {
      expect(text, `${about}: ${path}`).toBe(was);
      continue;
    }
    const [mayGo, mayCome] = [allowedLines(was, paths), allowedLines(text, paths)];
    const strays = lineDiff(was, text).filter(({ sign, line, text: content }) => {
      return content.trim() !== "" && !(sign === "-" ? mayGo : mayCome).has(line);
    });
    expect(strays, `${about}\n${text}`).toEqual([]);
    expect(comments(text), about).toEqual(comments(was));
  }
  for (const place of PLACES) {
    for (const each of KEYS) {
      const was = flagOf(before.loaded, each, place);
      const wanted = each === key ? flagIn(was, place) : was;
      const is = flagOf(after.loaded, each, place);
      expect(is, `${about}: ${each} in ${place}`).toEqual(wanted);
      expect(describeFlag(is), about).toEqual(describeFlag(wanted));
    }
  }
}

/** The lines of a refusal that can be typed: what stands before the two spaces of their note, split as a shell does. */
function printedLines({ err }: HoistResult): readonly (readonly string[])[] {
  const lines = err.split("\n").flatMap((line) => /\bhoist ((?:'[^']*'|[^\s']|\s(?!\s))+)/.exec(line)?.[1] ?? []);
  return lines.map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ""));
}

interface Edit {
  readonly fields: readonly string[];
  readonly args: (key: string, flag: Flag) => readonly string[];
  readonly change: (flag: Flag) => Partial<Flag>;
}

/** What an environment has of its own; every field but these is one for all. */
const OVERLAY = ["enabled", "rollout"];
const EDITS: readonly Edit[] = [
  {
    fields: ["description", "expires", "tags"],
    args: (key) => ["set", key, "description=What it is now: plain.", "expires=2027-01-31", "tags=one,two"],
    change: () => ({ description: "What it is now: plain.", expires: "2027-01-31", tags: ["one", "two"] }),
  },
  {
    fields: ["enabled"],
    args: (key, { enabled }) => ["set", key, `enabled=${!enabled}`],
    change: ({ enabled }) => ({ enabled: !enabled }),
  },
  ...(["all", "none", "37.5%"] as const).map(
    (share): Edit => ({
      fields: ["rollout"],
      args: (key) => ["rollout", key, share],
      change: ({ rollout }) => ({ rollout: rolledOut(rollout, share) }),
    }),
  ),
];

/** A share keeps the attribute that it is dealt by; nobody is a share of nothing. */
function rolledOut(was: Rollout, share: "all" | "none" | "37.5%"): Rollout {
  if (share === "all") return { strategy: "all" };
  const by = was.strategy === "percentage" && share !== "none" ? was.portion.by : "userId";
  return { strategy: "percentage", portion: { share: share === "none" ? 0 : 37_500, by } };
}

/** Where an edit of the base cannot be seen. */
function maskedIn(key: string, fields: readonly string[]): readonly string[] {
  const { environments = {} } = ORIGINALS.loaded.flags.find((flag) => flag.key === key)?.file ?? {};
  return Object.entries(environments).flatMap(([name, overlay]) => (fields.some((f) => f in overlay) ? [name] : []));
}

/** The base and one environment by turns; all of them in the long run. */
function placesOf(edit: Edit, key: string): readonly Place[] {
  if (process.env["FULL"] === "1") return PLACES;
  const turn = EDITS.indexOf(edit) + KEYS.indexOf(key);
  return [null, PLACES[1 + (turn % (PLACES.length - 1))] ?? null];
}

for (const edit of EDITS) {
  const { fields, change } = edit;
  const title = edit.args("KEY", flagOf(ORIGINALS.loaded, "voice_logging", "production")).join(" ");
  test(`hoist ${title} for every example flag changes only the named lines and meanings; a refusal prints a command that works`, async () => {
    const repository = examples();
    const hoist = hoistIn(repository.folder);
    const before = readTree(repository);
    for (const [key, place] of KEYS.flatMap((each) => placesOf(edit, each).map((where) => [each, where] as const))) {
      const value = change(flagOf(before.loaded, key, place));
      const args = edit.args(key, flagOf(before.loaded, key, place));
      const result = await hoist(...args, ...(place === null ? [] : ["--env", place]));
      const about = `hoist ${args.join(" ")} --env ${place}: ${result.err}`;
      const masks = place === null ? maskedIn(key, fields) : [];
      const isForAll = place !== null && !fields.some((field) => OVERLAY.includes(field));
      const after = () => treeOf(repository.folder, before.texts.keys());
      if (masks.length > 0 || isForAll) {
        expect(result, about).toMatchObject({ code: 9, out: "" });
        expect(after().texts, about).toEqual(before.texts);
        const lines = printedLines(result);
        expect(lines, about).toHaveLength(masks.length + 1);
        for (const line of lines) expect(await hoist(...line), line.join(" ")).toMatchObject({ code: 0 });
        // Together they reach every place.
        const written = masks.map((name) => ["environments", name, ...fields]);
        const flagIn = (was: Flag) => ({ ...was, ...(isForAll ? value : inheriting(was, value)) });
        expectOnly(before, after(), key, { about, flagIn, paths: [...fields.map((field) => [field]), ...written] });
      } else {
        expect(result, about).toMatchObject({ code: 0 });
        const reaches = (each: Place) => place === null || place === each;
        const flagIn = (was: Flag, each: Place) => (reaches(each) ? { ...was, ...value } : was);
        const paths = fields.map((field) => (place === null ? [field] : ["environments", place, field]));
        expectOnly(before, after(), key, { about, flagIn, paths });
      }
      const path = PATHS.get(key) ?? "";
      repository.write(path, before.texts.get(path) ?? "");
    }
  });
}

/** The same wish, with the attribute that a place deals its share by. */
function inheriting(was: Flag, value: Partial<Flag>): Partial<Flag> {
  const { rollout } = value;
  if (rollout?.strategy !== "percentage" || rollout.portion.share === 0) return value;
  return { rollout: rolledOut(was.rollout, "37.5%") };
}

test("rename of every example flag moves its file, adds its salt, updates requirements on it, and changes no answer", async () => {
  const repository = committedExamples();
  const before = readTree(repository);
  for (const key of KEYS) {
    const next = `${key}_next`;
    const [path = ""] = [PATHS.get(key)];
    const to = path.replace(`${key}.yaml`, `${next}.yaml`);
    const result = await hoistIn(repository.folder)("rename", key, next);
    expect(result, result.err).toMatchObject({ code: 0 });
    const touched = ORIGINALS.loaded.flags.filter(({ file }) => file.requires?.[key] !== undefined);
    const after = treeOf(repository.folder, [...[...before.texts.keys()].filter((each) => each !== path), to]);
    expect(lineDiff(before.texts.get(path) ?? "", after.texts.get(to) ?? "")).toEqual([
      { sign: "+", line: expect.any(Number), text: `salt: ${key}` },
    ]);
    for (const [each, text] of after.texts) {
      if (each === to) continue;
      const isTouched = touched.some((flag) => flag.path === each);
      const wanted = before.texts.get(each)?.replace(isTouched ? `{ ${key}: true }` : /$^/, `{ ${next}: true }`);
      expect(text, each).toBe(wanted);
    }
    for (const place of PLACES) {
      const renamed = (flag: Flag): Flag => {
        const requires = flag.requires.map((each) => (each.flag === key ? { ...each, flag: next } : each));
        return { ...flag, requires, key: flag.key === key ? next : flag.key };
      };
      const [was, is] = [before.loaded.flagsFor(place), after.loaded.flagsFor(place)];
      expect(new Map(is)).toEqual(new Map([...was.values()].map((flag) => [renamed(flag).key, renamed(flag)])));
      expect(is.get(next) && describeFlag(flagOf(after.loaded, next, place))).toEqual(
        describeFlag(renamed(flagOf(before.loaded, key, place))),
      );
    }
    repository.git("checkout", "--quiet", "--", ".");
    repository.git("clean", "--quiet", "--force", "flags");
  }
});

test("rollback of every example flag restores its file exactly, first in all environments, then in production", async () => {
  const repository = committedExamples();
  const hoist = hoistIn(repository.folder);
  const before = readTree(repository);
  for (const path of PATHS.values()) {
    const text = before.texts.get(path) ?? "";
    repository.write(
      path,
      text.replace(/production: \{ enabled: false.* \}/, "production: { enabled: false, rollout: none }"),
    );
  }
  repository.commit("Nobody in production (#2)");
  const inProduction = treeOf(repository.folder, before.texts.keys());
  for (const path of PATHS.values()) {
    repository.write(path, (inProduction.texts.get(path) ?? "").replace(/^enabled: true$/m, "enabled: false"));
  }
  repository.commit("Nobody anywhere (#3)");
  for (const key of KEYS) {
    const result = await hoist("rollback", key);
    expect(result, result.err).toMatchObject({ code: 0, out: expect.stringContaining("Nobody anywhere (#3)") });
  }
  expect(treeOf(repository.folder, before.texts.keys()).texts).toEqual(inProduction.texts);
  repository.commit("Back (#4)");
  for (const key of KEYS) {
    const result = await hoist("rollback", key, "--env", "production");
    expect(result, result.err).toMatchObject({ code: 0, out: expect.stringContaining("Nobody in production (#2)") });
  }
  expect(treeOf(repository.folder, before.texts.keys()).texts).toEqual(before.texts);
});

test("adopt after SQL statements in SQLite writes the overlay of every example flag and changes nothing else", async () => {
  const repository = committedExamples();
  const database = await SQLITE.fresh();
  const hoist = hoistIn(repository.folder, { FLAGS_ENV: "production", FLAGS_DATABASE_URL: database.url });
  expect(await hoist("sync")).toMatchObject({ code: 0 });
  await database.type(
    `UPDATE feature_toggles SET enabled = NOT enabled;
     UPDATE feature_toggles SET rollout_strategy = 'percentage', rollout_percentage = 33.333
       WHERE feature_key LIKE 'workshop_%';`,
  );
  const store = await openStore(database.url, { readOnly: true });
  const live = new Map(
    (await store.read()).rows.map((row) => flagOfRow(row)).flatMap((row) => (row.ok ? [[row.flag.key, row]] : [])),
  );
  await store.close();
  for (const key of KEYS) {
    const row = live.get(key);
    if (row === undefined) throw new Error(`no row ${key}`);
    const before = readTree(repository);
    const result = await hoist("adopt", key);
    expect(result, result.err).toMatchObject({ code: 0 });
    const { enabled, rules, rollout, serve } = row.flag;
    const served = { enabled, rules, rollout, serve };
    expectOnly(before, treeOf(repository.folder, before.texts.keys()), key, {
      about: `hoist adopt ${key}`,
      flagIn: (was, place) => (place === "production" ? { ...was, ...served } : was),
      paths: [["environments", "production"]],
    });
  }
  expect((await hoist("adopt", "workshop_payments")).out).toContain("No changes: ");
});
