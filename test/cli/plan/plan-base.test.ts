import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../../src/impact/report.ts";
import { baseOf } from "../../../src/impact/changes-since.ts";
import { reportBetween } from "../../../src/impact/report-between.ts";
import { readFiles } from "../../../src/source/read/read-files.ts";
import { openStore } from "../../../src/store/open.ts";
import { reportText } from "../../../src/cli/plan/report-text.ts";
import { aFlagRepository, commitFlags, CONFIG, flagPath, flagText, writeFlags } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import type { TestRepository } from "../../support/repository.ts";
import { typeInSqlite } from "../../support/sqlite.ts";

const WEIGHED = `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes:
  userId: { type: string }
  userRole: { type: string, values: [customer, mechanic, admin], weights: [90, 8, 2] }
  postalCode: { type: string }
owners: { team-checkout: "@acme/checkout" }
policies: { maxStep: 25% }
`;

async function reportOf(repository: TestRepository, ...options: readonly string[]): Promise<ChangeReport> {
  const { out, code, err } = await hoistIn(repository.folder)(
    "plan",
    "--base",
    "HEAD~1",
    "--format",
    "json",
    ...options,
  );
  expect([0, 2], err).toContain(code);
  return JSON.parse(out) as ChangeReport;
}

function production({ environments }: ChangeReport): EnvironmentReport {
  return environments.find(({ environment }) => environment === "production")!;
}

function flagIn(report: ChangeReport, key: string): FlagReport {
  return production(report).flags.find((flag) => flag.key === key)!;
}

/** What a test compares: the words and figures, without the sentences. */
function told({ action, kind, via, flips }: FlagReport): object {
  const moves = flips.moves.map((move) => `${move.from} → ${move.to} by ${Reflect.get(move, "line")}`);
  return { action, kind, via, method: flips.method, share: flips.flipped.share, moves };
}

describe("plan --base", () => {
  test("shows for each environment what changes and who flips, with the summary first", async () => {
    const lines = "rollout: 10%\nenvironments: { staging: { rollout: all } }";
    const repository = aFlagRepository({ checkout_button: flagText({ lines }), voice_logging: flagText() }, WEIGHED);
    commitFlags(repository, "Further (#2)", { checkout_button: flagText({ lines: lines.replace("10%", "50%") }) });
    const { out, code, err } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1");
    expect(code).toBe(2);
    expect(err).toBe("");
    const [from, to] = [repository.git("rev-parse", "HEAD~1"), repository.git("rev-parse", "HEAD")];
    const blocks = out
      .replaceAll(from.slice(0, 7), "FROM")
      .replaceAll(to.slice(0, 7), "TO")
      .replace(/"[0-9a-f]{8}"/, '"ID"');
    expect(blocks).toBe(`development: 40.0 % of people who have a userId flip   HEAD~1 (FROM) → TO

~ checkout_button  10 % → 50 % of everyone
                   40.0 % of people off → on, nobody loses anything (exact, of people who have a userId)
                   flags/checkout_button.yaml

1 to update, 1 unchanged

production: 40.0 % of people who have a userId flip   HEAD~1 (FROM) → TO

~ checkout_button  10 % → 50 % of everyone
                   40.0 % of people off → on, nobody loses anything (exact, of people who have a userId)
                   needs acknowledgement: the jump of 40 points exceeds policy maxStep (25)
                   flags/checkout_button.yaml

1 to update, 1 unchanged

To acknowledge checkout_button, add to flags/checkout_button.yaml:
  acknowledge: { production: "ID", reason: "…" }

Nothing changes in staging against HEAD~1.`);
  });

  test("a changed segment is shown with every flag that uses it and the edited file", async () => {
    const staff = "rules: [{ name: staff, if: { segment: staff }, serve: true }]\nrollout: none";
    const repository = aFlagRepository(
      { checkout_button: flagText({ lines: staff }), voice_logging: flagText() },
      WEIGHED,
    );
    const segment = (name: string, text: string) => {
      repository.write(`flags/_segments/${name}.yaml`, `description: Some people.\nif: ${text}\n`);
    };
    segment("staff", "{ any: [{ userRole: admin }, { segment: crew }] }");
    segment("crew", "{ userRole: admin }");
    repository.commit("Segments (#2)");
    segment("crew", "{ userRole: [admin, mechanic] }");
    repository.commit("More of a crew (#3)");
    const flag = flagIn(await reportOf(repository), "checkout_button");
    expect(told(flag)).toMatchObject({
      kind: "widen",
      via: ["segment crew"],
      method: "sampled",
      moves: ["off → on by rule staff"],
    });
    // 8 of 100 are mechanics.
    expect(Math.abs(flag.flips.flipped.share - 0.08)).toBeLessThanOrEqual(flag.flips.flipped.margin);
    expect(production(await reportOf(repository)).unchanged).toBe(1);
  });

  test("a flag that requires a changed one is shown if its answers flip, even indirectly", async () => {
    const requiring = (key: string) => flagText({ lines: `rollout: all\nrequires: { ${key}: true }` });
    const repository = aFlagRepository({
      first: flagText({ lines: "rollout: 10%" }),
      second: requiring("first"),
      third: requiring("second"),
      other: flagText(),
      idle: flagText({ enabled: false, lines: "rollout: all\nrequires: { first: true }" }),
    });
    commitFlags(repository, "Further (#2)", { first: flagText({ lines: "rollout: 30%" }) });
    const report = await reportOf(repository);
    const { flags, unchanged, flipped } = production(report);
    expect(flags.map(({ key }) => key).toSorted()).toEqual(["first", "second", "third"]);
    expect(told(flagIn(report, "third"))).toMatchObject({
      action: "reached",
      kind: "widen",
      via: ["requires second"],
      moves: ["off → on by the last line"],
    });
    expect(flagIn(report, "third")).toMatchObject({ path: "flags/third.yaml", differences: [] });
    expect(unchanged).toBe(2);
    // They are the same people.
    expect(Math.abs(flipped.share - 0.2)).toBeLessThanOrEqual(flipped.margin);
    const { out } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1");
    expect(out).toContain("> second  unchanged itself, but requires first");
    expect(out).toContain("1 to update, 2 affected through their requirements, 2 unchanged");
  });

  test("an archived flag flips everyone who did not get its fallback; a renamed flag is removed and added with the same buckets", async () => {
    const text = flagText({ lines: "rollout: 40%" });
    const repository = aFlagRepository({ voice_logging: text, old_name: text, kept: flagText() });
    for (const key of ["voice_logging", "old_name"]) repository.remove(flagPath(key));
    commitFlags(repository, "Clean up (#2)", { new_name: `${text}salt: old_name\n` });
    const report = await reportOf(repository);
    expect(told(flagIn(report, "voice_logging"))).toEqual({
      action: "archive",
      kind: "narrow",
      via: [],
      method: "exact",
      share: 0.4,
      moves: ["on → null by archived"],
    });
    expect(told(flagIn(report, "new_name"))).toMatchObject({
      action: "create",
      kind: "widen",
      moves: ["null → on by the last line"],
    });
    expect(flagIn(report, "new_name").after).toContain("Shares use the buckets of old_name.");
    const { out } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1", "--env", "production");
    expect(out).toContain("40.0 % of people on → fallback, nobody gains anything (exact, of people who have a userId)");
    expect(out).toContain("hoist sync --env production --acknowledge");
    expect(out).not.toContain("staging");
  });

  test("a reshuffle is named as such; a change of descriptions flips nobody", async () => {
    const lines = "rollout: 10%";
    const repository = aFlagRepository({ checkout_button: flagText({ lines }), voice_logging: flagText() });
    commitFlags(repository, "Dealt anew (#2)", {
      checkout_button: `${flagText({ lines })}salt: again\n`,
      voice_logging: flagText({ description: "Other words." }),
    });
    const report = await reportOf(repository);
    expect(told(flagIn(report, "checkout_button"))).toMatchObject({ kind: "reshuffle", method: "exact", share: 0.18 });
    expect(told(flagIn(report, "voice_logging"))).toMatchObject({ kind: "no-op", share: 0, moves: [] });
    const { out } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1");
    expect(out).toContain("reshuffle: subjects are assigned to other buckets or variants");
  });

  test("the same files give the same report; another seed generates other people, and more people give a smaller margin", async () => {
    const lines = "rules: [{ name: beta, if: { postalCode: [M5V] }, serve: true }]\nrollout: none";
    const repository = aFlagRepository(
      { checkout_button: flagText({ lines: "rollout: none" }), voice_logging: flagText() },
      WEIGHED,
    );
    commitFlags(repository, "Beta (#2)", { checkout_button: flagText({ lines }) });
    const report = await reportOf(repository);
    expect(await reportOf(repository)).toEqual(report);
    expect(report.population).toEqual({
      source: "generated",
      size: 20_000,
      seed: 1,
      file: null,
      guessed: ["postalCode"],
    });
    const other = await reportOf(repository, "--seed", "7", "--sample", "1000");
    expect(other.population).toMatchObject({ size: 1_000, seed: 7 });
    const [one, few] = [report, other].map((each) => flagIn(each, "checkout_button").flips.flipped);
    expect(few!.margin).toBeGreaterThan(one!.margin);
    const { out } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1");
    expect(out).toContain(
      "Evaluated for 20,000 people generated from the declared attributes (seed 1). The frequency of the values of",
    );
  });

  test("real people from a file are counted individually", async () => {
    const lines = "rules: [{ name: beta, if: { postalCode: [M5V] }, serve: true }]\nrollout: none";
    const repository = aFlagRepository({ checkout_button: flagText({ lines: "rollout: none" }) }, WEIGHED);
    commitFlags(repository, "Beta (#2)", { checkout_button: flagText({ lines }) });
    repository.write("people.jsonl", '{"userId":"u1","postalCode":"M5V"}\n{"userId":"u2"}\n{"postalCode":"H2X"}\n');
    const flips = flagIn(await reportOf(repository, "--contexts", "people.jsonl"), "checkout_button").flips;
    expect(flips).toMatchObject({ method: "counted", sample: 3, flipped: { share: 1 / 3, margin: 0 } });
    const { out } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1", "--contexts", "people.jsonl");
    expect(out).toContain("33.3 % of people off → on by rule beta, nobody loses anything (of 3 contexts)");
    expect(out).toContain("Evaluated for 3 contexts from people.jsonl.");
  });

  test.each([
    [["--contexts", "nobody.jsonl"], "--contexts nobody.jsonl: the file does not exist"],
    [["--contexts", "bad.jsonl"], "bad.jsonl:2 is not JSON"],
    [["--contexts", "bytes.jsonl"], "bytes.jsonl is not UTF-8 text"],
    [["--contexts", "bad.jsonl", "--seed", "1"], "cannot be used with"],
    [["--sample", "many"], "Write a whole number from 1 to 1000000."],
    [["--release", "checkout_button"], "cannot be used with"],
  ])("%j is refused with the reason", async (options, message) => {
    const repository = aFlagRepository({ checkout_button: flagText() });
    repository.write("bad.jsonl", '{"userId":"u1"}\nsecret-4711\n');
    repository.write("bytes.jsonl", new Uint8Array([0x22, 0xff, 0x22]));
    const { code, out, err } = await hoistIn(repository.folder)("plan", "--base", "HEAD", ...options);
    expect({ code, out }).toEqual({ code: 9, out: "" });
    expect(err).toContain(message);
    expect(err).not.toContain("4711");
  });

  test("an option that needs --base is refused without it, with a command that works", async () => {
    const { folder } = aFlagRepository({ checkout_button: flagText() });
    const { code, err } = await hoistIn(folder)("plan", "--contexts", "people.jsonl");
    expect(code).toBe(9);
    expect(err).toContain("--contexts requires --base");
    expect(err).toContain("hoist plan --base origin/main --contexts");
    expect((await hoistIn(folder)("plan", "--format", "markdown")).err).toContain("--format markdown requires --base");
  });

  test("exits 0 if nothing changes, 3 for files with errors and for a refused change, 6 for an unknown environment", async () => {
    const repository = aFlagRepository({ checkout_button: flagText() });
    const hoist = hoistIn(repository.folder);
    expect(await hoist("plan", "--base", "HEAD")).toMatchObject({
      code: 0,
      out: "Nothing changes in development, staging, production against HEAD.",
    });
    expect(await hoist("plan", "--base", "HEAD", "--env", "prodution")).toMatchObject({ code: 6 });
    const colours = "type: string\nvariants: { a: A, b: B }\noffVariant: a\nrollout: all\nserve: b";
    writeFlags(repository, { checkout_button: flagText({ lines: colours }) });
    const changed = await hoist("plan", "--base", "HEAD", "--work-tree");
    expect(changed.code).toBe(3);
    expect(changed.out).toContain("the type of a flag cannot change");
    writeFlags(repository, { checkout_button: flagText({ lines: "rollout: 200%" }) });
    expect(await hoist("plan", "--base", "HEAD", "--work-tree")).toMatchObject({ code: 3 });
  });

  test("manual changes are shown if the table can be read, otherwise a note says that it cannot", async () => {
    const repository = aFlagRepository({
      checkout_button: flagText({ lines: "rollout: 10%" }),
      voice_logging: flagText(),
    });
    const hoist = hoistIn(repository.folder);
    expect(await hoist("sync", "--env", "staging")).toMatchObject({ code: 0 });
    const database = join(repository.folder, ".flaghoist/staging.db");
    await typeInSqlite(database, "UPDATE feature_toggles SET enabled = 0 WHERE feature_key = 'checkout_button'");
    commitFlags(repository, "Further (#2)", { checkout_button: flagText({ lines: "rollout: 20%" }) });
    const { out, err } = await hoist("plan", "--base", "HEAD~1", "--env", "staging");
    expect(err).toBe("");
    expect(out).toMatch(
      /! disabled manually \(sql, .*\); it stays after the merge until it is released: hoist sync --env staging --release checkout_button/,
    );
    const json = JSON.parse((await hoist("plan", "--base", "HEAD~1", "--env", "staging", "--format", "json")).out);
    expect(json.environments).toMatchObject([
      {
        byHand: [
          { key: "checkout_button", group: "enabled", kind: "disabled", outcome: "stays", text: "disabled manually" },
        ],
        flags: [
          {
            differences: [{ aspect: "lastLine", kind: "default-rollout", text: "10 % → 20 % of everyone" }],
            flips: { moves: [{ line: "the last line", decidedBy: { kind: "default-rollout" } }] },
          },
        ],
      },
    ]);
    const missing = await hoist("plan", "--base", "HEAD~1", "--env", "production");
    expect(missing.code).toBe(2);
    expect(missing.err).toContain("the table of production was not found; manual changes are not reported");
    const wrong = await hoist(
      "plan",
      "--base",
      "HEAD~1",
      "--env",
      "production",
      "--database",
      "file:/no/such/place.db",
    );
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("manual changes are not reported");
  });

  test("overrides of running instances are shown for changed flags if the table can be read", async () => {
    const repository = aFlagRepository({
      checkout_button: flagText({ lines: "rollout: 10%" }),
      voice_logging: flagText(),
    });
    const hoist = hoistIn(repository.folder);
    expect(await hoist("sync", "--env", "staging")).toMatchObject({ code: 0 });
    const store = await openStore(`file:${join(repository.folder, ".flaghoist/staging.db")}`);
    const override = { variant: "off", via: "FEATURE_X" };
    const overrides = { checkout_button: override, voice_logging: override };
    const started = { host: "web-1", pid: 7, epoch: 1, revision: 1, startedAt: "2026-11-21T10:00:00.000Z" };
    await store.heartbeat({ ...started, id: randomUUID(), overrides });
    await store.close();
    commitFlags(repository, "Further (#2)", {
      checkout_button: flagText({ lines: "rollout: 20%" }),
      voice_logging: flagText({ description: "Other words." }),
    });
    const { out } = await hoist("plan", "--base", "HEAD~1", "--env", "staging");
    expect(out).toContain("! overridden to off by FEATURE_X on the only instance: it stays overridden after the merge");
    const report = await reportOf(repository, "--env", "staging");
    const warnings = report.environments.flatMap(({ flags }) => flags.map((flag) => [flag.key, flag.warnings]));
    expect(warnings).toEqual([
      ["checkout_button", [expect.objectContaining({ code: "masked-by-override" })]],
      ["voice_logging", []],
    ]);
  });

  test("reports a protected environment ahead of the previous one, and a flag that expires soon", async () => {
    const lines = "rollout: none\nenvironments: { production: { rollout: 30% } }\nexpires: ";
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    const repository = aFlagRepository({ checkout_button: flagText({ lines: "rollout: none" }) }, CONFIG);
    commitFlags(repository, "Straight to production (#2)", { checkout_button: flagText({ lines: lines + soon }) });
    const { warnings } = flagIn(await reportOf(repository), "checkout_button");
    expect(warnings).toEqual([
      { code: "ahead", text: 'ahead of staging: 30.0 % of people are served "on" here but not in staging' },
      { code: "expires-soon", text: `expires in 5 days, on ${soon}` },
    ]);
  });

  test("markdown is the report as a pull request shows it", async () => {
    const repository = aFlagRepository({ checkout_button: flagText({ lines: "rollout: 10%" }) });
    commitFlags(repository, "Further (#2)", { checkout_button: flagText({ lines: "rollout: 30%" }) });
    const { out, code } = await hoistIn(repository.folder)("plan", "--base", "HEAD~1", "--format", "markdown");
    expect(code).toBe(2);
    expect(out).toMatch(/^### Flags: /);
    expect(out).toContain("`checkout_button`");
  });

  test("no line is broken in a narrow terminal", async () => {
    const lines =
      "rules: [{ name: people downtown, if: { postalCode: [M5V] }, rollout: 25%, serve: true }]\nrollout: 10%";
    const repository = aFlagRepository({ checkout_button: flagText({ lines }) }, WEIGHED);
    commitFlags(repository, "Further (#2)", { checkout_button: flagText({ lines: lines.replace("10%", "60%") }) });
    const files = await readFiles({ folder: repository.folder, ref: "HEAD" }, () => {});
    const base = await baseOf(repository.folder, "HEAD~1", files);
    const report = reportBetween(base.loaded, files.loaded, {
      from: { ref: "HEAD~1", commit: base.commit },
      to: { commit: files.commit },
      today: "2026-11-27",
    });
    const wide = reportText(report, { now: new Date(0), style: (_, text) => text });
    const narrow = reportText(report, { now: new Date(0), style: (_, text) => text, columns: 72 });
    expect(Math.max(...wide.split("\n").map((line) => line.length))).toBeGreaterThan(100);
    expect(narrow.split("\n").filter((line) => line.length > 72)).toEqual([]);
    expect(narrow.replaceAll(/\s+/g, " ")).toBe(wide.replaceAll(/\s+/g, " "));
  });
});
