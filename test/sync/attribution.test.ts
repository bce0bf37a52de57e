import { expect, test } from "vitest";
import { openRepository } from "../../src/history/repository.ts";
import { attributionsOf } from "../../src/sync/attribution.ts";
import { aFlag } from "../support/flags.ts";
import { planOf } from "../support/plans.ts";
import { aLiveFlag } from "../support/rows.ts";
import { onEveryEngine, SQLITE } from "../support/flag-database.ts";
import { aFlagRepository, commitFlags, CONFIG, flagPath, flagText } from "../support/flag-tree.ts";
import { DANA, LEE, type TestRepository } from "../support/repository.ts";
import { aCommittedTree, aSyncedTree, type Synced } from "../support/synced.ts";

const SAM = { name: "Sam", email: "sam@acme.dev" };
/** Who changed what, when, why: as people type it. */
const AUDIT = `SELECT feature_key, action, changed_by, changed_at, notes
FROM feature_toggle_audit
ORDER BY changed_at DESC
LIMIT 50`;

async function audited({ database }: Synced, key: string) {
  const [newest] = await database.rows(
    `SELECT action, changed_by, notes FROM feature_toggle_audit WHERE feature_key = '${key}' ORDER BY id DESC LIMIT 1`,
  );
  return newest;
}

const better = (description: string) => flagText({ description });

function segment(repository: TestRepository, name: string, condition: string): void {
  repository.write(`flags/_segments/${name}.yaml`, `description: Some people.\nif: ${condition}\n`);
}

onEveryEngine((engine) => {
  test("the audit query answers who changed what, when and why", async () => {
    const tree = await aSyncedTree(engine, { checkout_button: flagText(), old_banner: flagText({ enabled: false }) });
    commitFlags(tree.repository, "Switch it off (#12)", { checkout_button: flagText({ enabled: false }) }, { by: LEE });
    tree.repository.remove(flagPath("old_banner"));
    tree.repository.commit("The banner is gone (#13)", { by: SAM });
    await tree.sync();
    await tree.database.type(
      "UPDATE feature_toggles SET description = 'By hand.' WHERE feature_key = 'checkout_button';",
    );
    const rows = await tree.database.rows(AUDIT);
    const told = rows.map(({ changed_at, ...row }) => {
      expect(Math.abs(Date.now() - Number(new Date(String(changed_at))))).toBeLessThan(600_000);
      return row;
    });
    const first = { action: "created", changed_by: "dana@acme.dev", notes: "First flags (#1)" };
    expect(told.toSorted((a, b) => (String(a["notes"]) < String(b["notes"]) ? -1 : 1))).toEqual([
      { feature_key: expect.any(String), ...first },
      { feature_key: expect.any(String), ...first },
      { feature_key: "checkout_button", action: "disabled", changed_by: "lee@acme.dev", notes: "Switch it off (#12)" },
      { feature_key: "old_banner", action: "archived", changed_by: "sam@acme.dev", notes: "The banner is gone (#13)" },
      { feature_key: "checkout_button", action: "updated", changed_by: engine.byHand, notes: null },
    ]);
  });
});

test("in a sync of several commits, each flag names the last commit that changed it", async () => {
  const tree = await aSyncedTree(SQLITE, { one: flagText(), two: flagText() });
  commitFlags(tree.repository, "Both (#2)", { one: better("First."), two: better("First.") }, { by: LEE });
  commitFlags(tree.repository, "Only one (#3)", { one: better("Second.") }, { by: SAM });
  tree.repository.write("README.md", "Read me.\n");
  tree.repository.commit("Something else (#4)");
  await tree.sync();
  expect(await audited(tree, "one")).toEqual({ action: "updated", changed_by: SAM.email, notes: "Only one (#3)" });
  expect(await audited(tree, "two")).toEqual({ action: "updated", changed_by: LEE.email, notes: "Both (#2)" });
});

test("a merge gives the number, and the commit in it the author and subject; a squash gives both", async () => {
  const tree = await aSyncedTree(SQLITE, { merged: flagText(), squashed: flagText() });
  tree.repository.branch("merged");
  commitFlags(tree.repository, "Say it better", { merged: better("Better.") }, { by: LEE });
  tree.repository.checkout("main");
  tree.repository.branch("squashed");
  commitFlags(tree.repository, "wip", { squashed: better("Better.") }, { by: LEE });
  tree.repository.checkout("main");
  tree.repository.merge("merged", "Merge pull request #21 from acme/merged");
  tree.repository.squash("squashed", "Say it better, too (#22)", { by: SAM });
  await tree.sync();
  expect(await audited(tree, "merged")).toMatchObject({ changed_by: LEE.email, notes: "#21 Say it better" });
  expect(await audited(tree, "squashed")).toMatchObject({ changed_by: SAM.email, notes: "Say it better, too (#22)" });
});

test("a changed segment names its author for every flag that uses it", async () => {
  const using = flagText({ lines: "rules: [{ name: early, if: { segment: staff }, serve: true }]\nrollout: none" });
  const committed = await aCommittedTree(SQLITE, { plain: flagText() }, { environment: "staging" });
  segment(committed.repository, "staff", "{ userRole: admin }");
  commitFlags(committed.repository, "Use it (#2)", { using });
  await committed.sync();
  segment(committed.repository, "staff", "{ userRole: mechanic }");
  committed.repository.commit("Mechanics, not admins (#3)", { by: LEE });
  await committed.sync();
  const expected = { action: "updated", changed_by: LEE.email, notes: "Mechanics, not admins (#3)" };
  expect(await audited(committed, "using")).toEqual(expected);
  expect(await audited(committed, "plain")).toMatchObject({ action: "created" });
});

test("the first sync of a long history names, for each flag, its own last commit", async () => {
  const tree = await aCommittedTree(SQLITE, { one: flagText(), two: flagText(), three: flagText() });
  commitFlags(tree.repository, "Two (#2)", { two: better("Second.") }, { by: LEE });
  commitFlags(tree.repository, "Three (#3)", { three: better("Third.") }, { by: SAM });
  await tree.sync();
  expect(await audited(tree, "one")).toEqual({ action: "created", changed_by: DANA.email, notes: "First flags (#1)" });
  expect(await audited(tree, "two")).toEqual({ action: "created", changed_by: LEE.email, notes: "Two (#2)" });
  expect(await audited(tree, "three")).toEqual({ action: "created", changed_by: SAM.email, notes: "Three (#3)" });
});

test("a release names the flag's last author, and in its notes the person who released it", async () => {
  const tree = await aSyncedTree(SQLITE, { voice_logging: flagText() });
  await tree.database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'voice_logging';");
  await tree.sync("--release", "voice_logging");
  const entry = await audited(tree, "voice_logging");
  expect(entry).toMatchObject({ action: "enabled", changed_by: DANA.email });
  expect(entry?.["notes"]).toMatch(/^First flags \(#1\); the table was put right by user@/);
});

test("a work tree sync names the person who ran it", async () => {
  const tree = await aSyncedTree(SQLITE, { one: flagText() }, { environment: "development" });
  tree.repository.write(flagPath("one"), better("Not committed."));
  await tree.sync("--work-tree");
  expect(await audited(tree, "one")).toMatchObject({ changed_by: expect.stringMatching(/^user@/), notes: "work tree" });
});

test("a flag that was moved in one commit and removed in the next names the person who removed it", async () => {
  const tree = await aSyncedTree(SQLITE, { one: flagText(), two: flagText() }, { environment: "staging" });
  tree.repository.git("mv", flagPath("one"), "flags/one_moved.tmp");
  tree.repository.remove("flags/one_moved.tmp");
  tree.repository.write("flags/shop/one.yaml", flagText());
  tree.repository.commit("Into the shop (#2)", { by: LEE });
  tree.repository.remove("flags/shop/one.yaml");
  tree.repository.commit("Away (#3)", { by: SAM });
  await tree.sync();
  expect(await audited(tree, "one")).toEqual({ action: "archived", changed_by: SAM.email, notes: "Away (#3)" });
});

test("a change that only the configuration explains names the person who changed the configuration", async () => {
  const tree = aFlagRepository({ one: flagText() });
  const live = tree.git("rev-parse", "HEAD");
  tree.write("flags/_config.yaml", CONFIG.replace("maxFlags: 25", "maxFlags: 26"));
  const commit = tree.commit("More at once (#2)", { by: LEE });
  const repository = await openRepository(tree.folder);
  const flag = aFlag({ key: "one", owner: "team-shop" });
  const plan = planOf({ files: [flag], rows: [aLiveFlag(aFlag({ key: "one", owner: "team-checkout" }))] });
  const desired = { repository, commit, pathsOf: () => [flagPath("one")] };
  const fallback = { changedBy: "deploy@ci", notes: null };
  const found = await attributionsOf(plan.changes, desired, live, fallback);
  expect([...found]).toEqual([["one", { changedBy: LEE.email, notes: "More at once (#2)" }]]);
});
