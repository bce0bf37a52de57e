import { describe, expect, test } from "vitest";
import { databaseLabel } from "../../../src/store/address.ts";
import { SQLITE } from "../../support/flag-database.ts";
import { commitFlags, flagText } from "../../support/flag-tree.ts";
import { aCommittedTree, aSyncedTree } from "../../support/synced.ts";

describe("which database", () => {
  test("plan and sync name the database, plan even before it exists", async () => {
    const { hoist, database, sync } = await aCommittedTree(SQLITE, { voice_logging: flagText() });
    const label = databaseLabel(database.url);
    expect((await hoist("plan")).out).toContain(`database ${label}, which does not exist yet\n`);
    expect(await sync()).toContain(` ms, ${label})`);
    expect((await hoist("plan")).out).toContain(`database ${label}\n`);
    expect(JSON.parse((await hoist("sync", "--format", "json")).out)).toMatchObject({ database: label });
  });
});

test("the hint for an option that needs --base repeats the option with its value", async () => {
  const { hoist } = await aCommittedTree(SQLITE, { voice_logging: flagText() });
  const { code, err } = await hoist("plan", "--sample", "5", "--seed", "7");
  expect(code).toBe(9);
  expect(err).toContain("hoist plan --base origin/main --sample 5 --seed 7");
});

describe("manual changes", () => {
  test("a plan without changes does not claim that the table equals git", async () => {
    const { hoist, database } = await aSyncedTree(SQLITE, { voice_logging: flagText() });
    expect((await hoist("plan")).out).toMatch(/^No changes: production \(revision 1\) already equals \w+\.\n/);
    await database.type("UPDATE feature_toggles SET enabled = false;");
    const { code, out } = await hoist("plan");
    expect(code).toBe(0);
    expect(out).toMatch(/already equals \w+, apart from manual changes\.\n/);
    expect(out).toMatch(/! voice_logging {2}disabled manually .* by sql; stays disabled until released/);
  });

  test("why does not name a commit for a later manual change", async () => {
    const { hoist, repository, database, sync } = await aSyncedTree(SQLITE, { voice_logging: flagText() });
    const commit = repository.git("rev-parse", "--short=7", "HEAD");
    expect((await hoist("why", "voice_logging")).out).toContain(
      `last changed by dana@acme.dev in ${commit} (First flags (#1)), `,
    );
    await database.type("UPDATE feature_toggles SET rollout_percentage = 10;");
    const { out } = await hoist("why", "voice_logging");
    expect(out).toContain("last changed manually by sql, ");
    expect(out).not.toContain(commit);
    commitFlags(repository, "Say it in other words (#2)", { voice_logging: flagText({ description: "Other words." }) });
    await sync();
    expect((await hoist("why", "voice_logging")).out).toMatch(
      /, (just now|\d+ s ago); 10 % of everyone, set manually (just now|\d+ s ago) by sql$/m,
    );
  });
});

test("why reports an invalid value and what the flag serves instead", async () => {
  const { repository, database } = await aSyncedTree(SQLITE, { voice_logging: flagText() });
  const { hoistIn } = await import("../../support/hoist.ts");
  const env = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: database.url, FEATURE_VOICE_LOGGING: "flase" };
  const { out } = await hoistIn(repository.folder, env)("why", "voice_logging");
  expect(out).toContain("false   (variant off, reason STATIC");
  expect(out).toContain("FEATURE_VOICE_LOGGING (environment) has no valid value, so it serves off: hoist env check");
  expect(out).not.toContain("flase");
});
