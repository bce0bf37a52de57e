import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contentOf, onEveryEngine, type FlagDatabase } from "../support/flag-database.ts";
import { CONFIG, commitFlags, flagPath, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aFolder } from "../support/repository.ts";
import { aSyncedTree } from "../support/synced.ts";

const FLAGS = {
  checkout_button: flagText({ lines: "rollout: 10%" }),
  old_banner: flagText({ enabled: false }),
  voice_logging: flagText(),
};

async function headOf(database: FlagDatabase) {
  const [head] = await database.rows("SELECT revision, commit_sha FROM flaghoist_head");
  return { revision: Number(head?.["revision"]), commit: head?.["commit_sha"] };
}

onEveryEngine((engine) => {
  test("syncing the same commit twenty more times writes nothing", async () => {
    const { database, sync } = await aSyncedTree(engine, FLAGS);
    const content = await contentOf(database);
    const mark = await database.writeMark();
    const before = await mark();
    for (let again = 0; again < 20; again++) {
      expect(await sync()).toMatch(/✓ production is at revision \d+: nothing to do/);
    }
    expect(await mark()).toEqual(before);
    expect(await contentOf(database)).toEqual(content);
  });

  test("a commit that changes no flag changes only the commit of the head", async () => {
    const { repository, database, sync } = await aSyncedTree(engine, FLAGS);
    const { flaghoist_head: _, flaghoist_syncs: syncs, ...before } = await contentOf(database);
    const head = await headOf(database);
    repository.write("README.md", "Read me.\n");
    const next = repository.commit("Say what it is (#2)");
    await sync();
    const { flaghoist_head: __, flaghoist_syncs: syncsAfter, ...after } = await contentOf(database);
    expect(after).toEqual(before);
    expect(await headOf(database)).toEqual({ revision: head.revision, commit: next });
    expect(syncsAfter).toHaveLength((syncs?.length ?? 0) + 1);
  });

  test("comments and the order of lines do not change flags", async () => {
    const { repository, database, sync } = await aSyncedTree(engine, FLAGS);
    const { feature_toggles: rows, feature_toggle_audit: audit } = await contentOf(database);
    const lines = flagText({ lines: "rollout: 10%" }).trim().split("\n");
    commitFlags(repository, "Tidy up (#3)", { checkout_button: `# tidied\n${lines.toReversed().join("\n")}\n` });
    expect(await sync()).toContain("nothing to do");
    expect(await contentOf(database)).toMatchObject({ feature_toggles: rows, feature_toggle_audit: audit });
  });

  test("only flags that differ are written, in one sync of several commits", async () => {
    const { repository, database, sync } = await aSyncedTree(engine, FLAGS);
    const untouched = "SELECT * FROM feature_toggles WHERE feature_key <> 'checkout_button'";
    const before = await database.rows(untouched);
    commitFlags(repository, "Higher (#4)", { checkout_button: flagText({ lines: "rollout: 15%" }) });
    commitFlags(repository, "Higher still (#5)", { checkout_button: flagText({ lines: "rollout: 20%" }) });
    expect(await sync()).toContain("1 updated");
    expect(await database.rows(untouched)).toEqual(before);
    const audit = await database.rows("SELECT action, notes FROM feature_toggle_audit WHERE action = 'updated'");
    expect(audit).toEqual([{ action: "updated", notes: "Higher still (#5)" }]);
  });

  test("moving a file keeps the row, its answers and all buckets, and needs no acknowledgement", async () => {
    const { repository, database, sync } = await aSyncedTree(engine, FLAGS);
    const columns = `id, enabled, rollout_strategy, rollout_percentage, target_config, rules, serve, salt, created_at`;
    const row = `SELECT ${columns} FROM feature_toggles WHERE feature_key = 'checkout_button'`;
    const before = await database.rows(row);
    repository.git("mv", flagPath("checkout_button"), "flags/checkout_button.yaml.tmp");
    mkdirSync(join(repository.folder, "flags/shop"));
    repository.git("mv", "flags/checkout_button.yaml.tmp", "flags/shop/checkout_button.yaml");
    repository.commit("Sort the flags (#6)");
    expect(await sync()).toContain("1 updated");
    expect(await database.rows(row)).toEqual(before);
    const [{ path } = {}] = await database.rows(
      "SELECT path FROM feature_toggles WHERE feature_key = 'checkout_button'",
    );
    expect(path).toBe("flags/shop/checkout_button.yaml");
    expect(await sync()).toContain("nothing to do");
  });

  test("the content comes from the commit, regardless of the work tree", async () => {
    const { repository, hoist, sync } = await aSyncedTree(engine, FLAGS);
    repository.write(flagPath("checkout_button"), "broken: [");
    repository.write(flagPath("never_committed"), flagText());
    repository.remove(flagPath("old_banner"));
    expect(await sync()).toContain("! 3 files under flags/ not committed, so not part of this sync");
    const plan = await hoist("plan");
    expect(plan.code).toBe(0);
    expect(plan.err).toContain("3 files differ from HEAD: flags/checkout_button.yaml, ");
  });

  test("a work tree is synced with its uncommitted changes; a second sync writes nothing, and any commit may follow", async () => {
    const { repository, database, sync } = await aSyncedTree(engine, FLAGS, { environment: "development" });
    const first = await headOf(database);
    repository.write(flagPath("checkout_button"), flagText({ lines: "rollout: 90%" }));
    await sync("--work-tree");
    const [row] = await database.rows(
      "SELECT rollout_percentage, commit_sha, last_modified_by FROM feature_toggles WHERE feature_key = 'checkout_button'",
    );
    expect({ ...row, rollout_percentage: Number(row?.["rollout_percentage"]) }).toEqual({
      rollout_percentage: 90,
      commit_sha: null,
      last_modified_by: expect.stringContaining("user@"),
    });
    expect((await headOf(database)).commit).toBeNull();
    const mark = await database.writeMark();
    const before = await mark();
    await sync("--work-tree");
    expect(await mark()).toEqual(before);
    await sync();
    expect((await headOf(database)).commit).toBe(first.commit);
  });

  test("a work tree needs no repository", async () => {
    const folder = aFolder();
    mkdirSync(join(folder, "flags"));
    writeFileSync(join(folder, "flags/_config.yaml"), CONFIG);
    writeFileSync(join(folder, flagPath("checkout_button")), FLAGS.checkout_button);
    const { url } = await engine.fresh();
    const hoist = hoistIn(folder, { FLAGS_DATABASE_URL: url });
    expect(await hoist("sync", "--work-tree")).toMatchObject({ code: 0, err: "" });
    expect(await hoist("plan", "--work-tree")).toMatchObject({ code: 0, err: "" });
    expect(await hoist("sync")).toMatchObject({ code: 7 });
  });

  test("a changed segment updates every flag that uses it, also through another segment, and each is reported", async () => {
    const using = (segment: string) =>
      flagText({ lines: `rules: [{ name: early, if: { segment: ${segment} }, serve: true }]\nrollout: none` });
    const { repository, database, hoist } = await aSyncedTree(engine, FLAGS, { environment: "staging" });
    const segment = (name: string, condition: string) =>
      repository.write(`flags/_segments/${name}.yaml`, `description: Some people.\nif: ${condition}\n`);
    segment("staff", "{ userRole: admin }");
    segment("insiders", "{ any: [{ segment: staff }, { userId: user-42 }] }");
    commitFlags(repository, "Segments (#7)", { by_staff: using("staff"), by_insiders: using("insiders") });
    expect(await hoist("sync")).toMatchObject({ code: 0 });
    segment("staff", "{ userRole: [admin, mechanic] }");
    repository.commit("Mechanics are staff (#8)");
    const { out, code } = await hoist("plan");
    expect(code).toBe(2);
    expect(out.split("\n").slice(3)).toMatchInlineSnapshot(`
      [
        "~ by_insiders  rule early: segment insiders changed   flags/by_insiders.yaml",
        "~ by_staff     rule early: segment staff changed      flags/by_staff.yaml",
        "",
        "2 to update, 3 unchanged",
      ]
    `);
    expect((await hoist("sync")).out).toContain("2 updated");
    const audit = await database.rows(
      "SELECT feature_key, notes FROM feature_toggle_audit WHERE action = 'updated' ORDER BY feature_key",
    );
    expect(audit).toEqual([
      { feature_key: "by_insiders", notes: "Mechanics are staff (#8)" },
      { feature_key: "by_staff", notes: "Mechanics are staff (#8)" },
    ]);
  });
});
