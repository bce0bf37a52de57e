import { expect, test } from "vitest";
import { onEveryEngine, SQLITE } from "../../support/flag-database.ts";
import { aFlagRepository, commitFlags, CONFIG, flagPath, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { LEE } from "../../support/repository.ts";
import { aSyncedTree, type Synced } from "../../support/synced.ts";

const at = (share: string, more = "") => flagText({ lines: `rollout: ${share}${more === "" ? "" : `\n${more}`}` });
const FREE = CONFIG.replace("maxStep: 25%, ", "");

/** What is printed, without what is new each time: moments, and the spaces between columns. */
async function told({ hoist }: Pick<Synced, "hoist">, ...args: readonly string[]): Promise<readonly string[]> {
  const { code, out, err } = await hoist("suspects", "--env", "production", "--since", "2h", ...args);
  expect(code, err).toBe(0);
  return out
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "WHEN")
    .replaceAll(/\b[0-9a-f]{7}\b/g, "COMMIT")
    .replaceAll(/revision \d+/g, "revision N")
    .split("\n")
    .map((line) => line.replaceAll(/(?<=\S) {2,}/g, " | "));
}

/** A moment after all that was done, and before all that will be. */
async function afterNow(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return new Date().toISOString();
}

onEveryEngine((engine) => {
  test("all changes of the period are listed with their flips, those that flip most people first", async () => {
    const flags = { checkout_button: at("10%"), voice_logging: at("60%"), other: at("all"), words: at("all") };
    const tree = await aSyncedTree(engine, flags, { config: FREE });
    const since = await afterNow();
    commitFlags(tree.repository, "More of it (#2)", { checkout_button: at("50%") }, { by: LEE });
    await tree.sync();
    await tree.database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'voice_logging'");
    commitFlags(tree.repository, "Said better (#3)", { words: flagText({ description: "Other words." }) });
    await tree.sync();
    expect(await told(tree, "--since", since)).toEqual([
      "3 changes in production since WHEN UTC",
      "",
      `WHEN | ${engine.byHand} | – | voice_logging | disabled manually | 60.0 % on → off | revision N`,
      "WHEN | lee@acme.dev | #2 | checkout_button | 10 % → 50 % of everyone | 40.0 % off → on | COMMIT | revision N",
      "WHEN | dana@acme.dev | #3 | words | description edited | nobody | COMMIT | revision N",
      "",
      "To undo the first, voice_logging:",
      "  hoist sync --env production --release voice_logging | discards the manual change",
      "  hoist kill voice_logging | prints the commands that disable it at once, without git",
    ]);
  });

  test("a manual change that reads thousands of attributes is listed and not measured", async () => {
    const tree = await aSyncedTree(engine, { voice_logging: at("all") }, { config: FREE });
    const since = await afterNow();
    const lists = JSON.stringify(
      Object.fromEntries(Array.from({ length: 5_000 }, (_, number) => [`attribute${number}`, ["a"]])),
    );
    await tree.database.type(
      `UPDATE feature_toggles SET rollout_strategy = 'whitelist', target_config = '${lists}' WHERE feature_key = 'voice_logging'`,
    );
    const lines = await told(tree, "--since", since);
    expect(lines[0]).toBe("1 change in production since WHEN UTC");
    expect(lines[2]).toContain("not measured: too large");
  });

  test("several changes to one flag are listed separately and in total; off and on again flips nobody", async () => {
    const tree = await aSyncedTree(engine, { voice_logging: at("all"), checkout_button: at("10%") }, { config: FREE });
    const since = await afterNow();
    for (const enabled of ["false", "true"])
      await tree.database.type(`UPDATE feature_toggles SET enabled = ${enabled} WHERE feature_key = 'voice_logging'`);
    commitFlags(tree.repository, "A little (#2)", { checkout_button: at("20%") });
    await tree.sync();
    const first = tree.repository.git("rev-parse", "--short=7", "HEAD");
    commitFlags(tree.repository, "And more (#3)", { checkout_button: at("25%") });
    await tree.sync();
    const lines = await told(tree, "--since", since);
    expect(lines.slice(2, 6).map((line) => line.split(" | ").slice(3, 6).join(" | "))).toEqual([
      "voice_logging | enabled manually | 100 % off → on",
      "voice_logging | disabled manually | 100 % on → off",
      "checkout_button | 10 % → 20 % of everyone | 10.0 % off → on",
      "checkout_button | 20 % → 25 % of everyone | 5.0 % off → on",
    ]);
    expect(lines.slice(7)).toEqual([
      "checkout_button: 2 changes; combined effect: 15.0 % off → on",
      "voice_logging: 2 changes; combined effect: no answer changes",
      "",
      "To undo the first, checkout_button:",
      expect.stringMatching(
        /^ {2}hoist rollback checkout_button --env production --to COMMIT --pr \| opens the pull request that undoes it$/,
      ),
      "  hoist kill checkout_button | prints the commands that disable it at once, without git",
    ]);
    // The printed commit is the one from before the first of them, so that going back to it is going back to 10 %.
    const { out } = await tree.hoist("suspects", "--env", "production", "--since", since);
    const [, from = ""] = /--to ([0-9a-f]{7}) --pr/.exec(out) ?? [];
    expect(from).not.toBe(first);
    expect(tree.repository.git("show", `${from}:${flagPath("checkout_button")}`)).toContain("rollout: 10%");
  });

  test("an unreadable row is listed first, and an archived flag flips everyone who had it", async () => {
    const tree = await aSyncedTree(engine, { checkout_button: at("25%"), other: at("all") }, { config: FREE });
    const since = await afterNow();
    tree.repository.remove(flagPath("checkout_button"));
    tree.repository.commit("Away (#2)");
    expect((await tree.hoist("sync")).code).toBe(5);
    const [, id = ""] = /--acknowledge (\w+)/.exec((await tree.hoist("plan")).out) ?? [];
    await tree.sync("--acknowledge", id);
    const moment = engine.name === "SQLite" ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : "now()";
    await tree.database.type(
      `INSERT INTO feature_toggle_audit (toggle_id, feature_key, action, old_state, new_state, changed_by, changed_at, source, revision)
       SELECT toggle_id, 'other', 'updated', new_state, '{"rules": 7}', 'somebody', ${moment}, 'sql', 99
       FROM feature_toggle_audit WHERE feature_key = 'other'`,
    );
    const lines = await told(tree, "--since", since);
    expect(lines[2]).toMatch(
      /^WHEN \| somebody \| – \| other \| updated \(the row could not be read: [^|]+\) manually \| cannot be measured: the row could not be read: /,
    );
    expect(lines[3]).toMatch(
      /^WHEN \| dana@acme.dev \| #2 \| checkout_button \| archived \| 25.0 % on → fallback \| COMMIT \| revision N$/,
    );
  });

  test("the requirements of a flag at the time of its change count, not its current ones", async () => {
    const needy = at("all", "requires: { base: true }");
    const tree = await aSyncedTree(
      engine,
      { base: at("none"), needy: at("none", "requires: { base: true }") },
      { config: FREE },
    );
    const since = await afterNow();
    commitFlags(tree.repository, "While nobody has what it needs (#2)", { needy });
    await tree.sync();
    commitFlags(tree.repository, "And then everyone (#3)", { base: at("all") });
    await tree.sync();
    const { out } = await tree.hoist("suspects", "--env", "production", "--since", since, "--format", "json");
    const { suspects } = JSON.parse(out) as {
      suspects: readonly { key: string; pullRequest: number; flips: { flipped: { share: number } } }[];
    };
    expect(suspects.map(({ key, pullRequest, flips }) => [key, pullRequest, flips.flipped.share])).toEqual([
      ["base", 3, 1],
      ["needy", 2, 0],
    ]);
  });
});

test("merged changes that are not live are listed separately, after all live changes", async () => {
  const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%"), other: at("all") }, { config: FREE });
  commitFlags(tree.repository, "Everyone (#2)", { checkout_button: at("all") });
  await tree.database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'other'");
  const lines = await told(tree, "--since", "2026-01-01");
  const from = lines.indexOf("Merged but not live yet:");
  expect(lines.slice(from, from + 2)).toEqual([
    "Merged but not live yet:",
    "WHEN | dana@acme.dev | #2 | checkout_button | 10 % of everyone → everyone | 90.0 % off → on | COMMIT",
  ]);
  await tree.sync();
  expect(await told(tree, "--since", "2026-01-01")).not.toContain("Merged but not live yet:");
});

test("if no table can be read, only git is reported for each environment, with a note", async () => {
  const production = (share: string) => at("all", `environments: { production: { rollout: ${share} } }`);
  const repository = aFlagRepository({ checkout_button: production("10%"), other: at("all") });
  commitFlags(repository, "More (#2)", { checkout_button: production("30%") }, { by: LEE });
  repository.branch("feature");
  commitFlags(repository, "Less of the other", { other: at("50%") });
  repository.checkout("main");
  repository.merge("feature", "Merge pull request #3 from acme/feature");
  const hoist = hoistIn(repository.folder);
  const all = await hoist("suspects", "--since", "2026-01-01T09:02Z");
  expect(all.code, all.err).toBe(0);
  const lines = all.out.split("\n").map((line) => line.replaceAll(/\b[0-9a-f]{7}\b/g, "COMMIT").replace(/ +/g, " "));
  expect(lines.slice(0, 7)).toEqual([
    "4 changes in development, staging, production since 2026-01-01 09:02 UTC",
    "no table of development, staging, production could be read; only git was searched",
    "",
    "2026-01-01 09:04 dana@acme.dev #3 development other everyone → 50 % of everyone 50.0 % on → off COMMIT",
    "2026-01-01 09:04 dana@acme.dev #3 staging other everyone → 50 % of everyone 50.0 % on → off COMMIT",
    "2026-01-01 09:04 dana@acme.dev #3 production other everyone → 50 % of everyone 50.0 % on → off COMMIT",
    "2026-01-01 09:02 lee@acme.dev #2 production checkout_button 10 % → 30 % of everyone 20.0 % off → on COMMIT",
  ]);
  const before = await hoist(
    "suspects",
    "--since",
    "2026-01-01T09:02Z",
    "--until",
    "2026-01-01T09:03Z",
    "--env",
    "production",
  );
  expect(before.out).toContain("1 change in production from 2026-01-01 09:02 to 2026-01-01 09:03 UTC");
  expect(before.out).toMatch(/hoist rollback checkout_button --env production --to [0-9a-f]{7}\^ --pr/);
});

test("a period without changes is reported with the last change before it", async () => {
  const tree = await aSyncedTree(SQLITE, { checkout_button: at("10%") });
  commitFlags(tree.repository, "A little (#2)", { checkout_button: at("20%") });
  await tree.sync();
  const since = await afterNow();
  expect(await told(tree, "--since", since)).toEqual([
    "Nothing changed in production since WHEN UTC",
    "",
    "The last change before that:",
    "WHEN | dana@acme.dev | #2 | checkout_button | 10 % → 20 % of everyone | 10.0 % off → on | COMMIT | revision N",
  ]);
});

test("the next step for a changed segment names the segment, because the flag's file cannot undo it", async () => {
  const staff = (...roles: readonly string[]) =>
    `description: People who work here.\nif: { userRole: [${roles.join(", ")}] }\n`;
  const repository = aFlagRepository({
    checkout_button: at("none", "rules: [{ name: staff, if: { segment: staff }, serve: true }]"),
  });
  repository.write("flags/_segments/staff.yaml", staff("admin"));
  repository.commit("Who works here (#2)");
  repository.write("flags/_segments/staff.yaml", staff("admin", "mechanic"));
  repository.commit("Mechanics, too (#3)");
  const hoist = hoistIn(repository.folder);
  const { out } = await hoist("suspects", "--since", "2026-01-01T09:03Z", "--env", "production");
  expect(out).toMatch(/#3 {2}checkout_button {2}rule staff: segment staff changed {2}≈ \d+\.\d % off → on \(a guess\)/);
  expect(out).toContain("hoist log checkout_button --env production   shows the commit to revert");
});

test("invalid times and environments are refused", async () => {
  const { folder } = aFlagRepository({ checkout_button: at("10%") });
  const hoist = hoistIn(folder);
  expect(await hoist("suspects")).toMatchObject({ code: 9 });
  const soon = await hoist("suspects", "--since", "soon");
  expect(soon).toMatchObject({ code: 9 });
  expect(soon.err).toContain("Write a date such as 2026-11-01, or a time span such as 30m, 36h, 14d or 2w.");
  const turned = await hoist("suspects", "--since", "1h", "--until", "2h");
  expect(turned).toMatchObject({ code: 9 });
  expect(turned.err).toContain("--since is later than --until");
  expect(await hoist("suspects", "--since", "1h", "--env", "prod")).toMatchObject({ code: 6 });
});
