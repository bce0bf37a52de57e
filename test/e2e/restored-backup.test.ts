import { expect, onTestFinished, test, vi } from "vitest";
import { createFlags } from "../../src/client/create-flags.ts";
import { onEveryEngine } from "../support/flag-database.ts";
import { commitFlags, flagText } from "../support/flag-tree.ts";
import { aSyncedTree } from "../support/synced.ts";

vi.setConfig({ testTimeout: 60_000 });

const FLAGS = { checkout: flagText(), search: flagText() };
const WAIT = { timeout: 15_000, interval: 50 };

onEveryEngine((engine) => {
  async function aRunningProgram(url: string) {
    const options = {
      environment: "production",
      database: url,
      logger: false,
      snapshotFile: false,
      pollIntervalMs: 1_000,
    } as const;
    const flags = await createFlags(options);
    onTestFinished(() => flags.close());
    return flags;
  }

  test("after an older backup was restored, kills arrive at once, and a sync makes every program serve the table", async () => {
    const tree = await aSyncedTree(engine, FLAGS);
    const { database, hoist } = tree;
    const type = (change: string) => database.type(`UPDATE feature_toggles SET ${change};`);
    const flags = await aRunningProgram(database.url);
    const restore = await database.backup();
    for (const text of ["One.", "Two.", "Three."]) await type(`description = '${text}' WHERE feature_key = 'search'`);
    await type("enabled = false WHERE feature_key = 'search'");
    const { revision: ahead } = JSON.parse((await hoist("status", "--format", "json")).out).table;
    const reported = "SELECT max(revision) AS revision FROM flaghoist_instances";
    await expect.poll(async () => Number((await database.rows(reported))[0]?.["revision"]), WAIT).toBe(ahead);

    await restore();
    await type("enabled = false WHERE feature_key = 'checkout'");
    await expect.poll(() => flags.isEnabled("checkout"), WAIT).toBe(false);
    // The backup is from before search was disabled, and an older table enables nothing.
    expect(flags.isEnabled("search")).toBe(false);
    await expect
      .poll(async () => (await hoist("status")).out, WAIT)
      .toContain(`but a process reported revision ${ahead}`);
    const status = await hoist("status");
    expect(status.out).toContain("until you run: hoist sync --env production --new-epoch");

    const plan = await hoist("plan");
    expect(plan).toMatchObject({ code: 2 });
    expect(plan.out).toContain(`! a new epoch begins, because a process reported revision ${ahead}`);
    // The kill of search is in neither the rows nor the audit of the backup.
    expect(plan.out).toMatch(/manual changes and kills that the table no longer has.* will end in every process/);
    const synced = await tree.sync();
    expect(synced).toContain("every process serves this table from now on: epoch 2 began, because a process reported");
    expect(synced).toMatch(/manual changes and kills that the table\s+no longer has[^]*hoist log --env production/);
    expect(synced).toContain("checkout stays as it is: disabled manually");
    await expect.poll(() => flags.status().epoch, WAIT).toBe(2);
    expect(flags.isEnabled("search")).toBe(true);
    expect(flags.isEnabled("checkout")).toBe(false);
    expect(flags.status()).toMatchObject({ behind: null });
    expect((await hoist("status")).out).not.toContain("behind");

    expect(await tree.sync()).not.toContain("epoch");
    expect((await hoist("plan")).code).toBe(0);
  });

  test("--new-epoch starts an epoch at the same commit, without a heartbeat, and writes no row", async () => {
    const tree = await aSyncedTree(engine, FLAGS);
    const head = async () => (await tree.database.rows("SELECT epoch, revision FROM flaghoist_head"))[0];
    const before = await head();
    const out = await tree.sync("--new-epoch");
    expect(out).toContain("every process serves this table from now on: epoch 2 began, as --new-epoch asks");
    expect(out).toContain("nothing to do");
    expect(await head()).toEqual({ epoch: 2, revision: before?.["revision"] });
    const { outcome, epoch, newEpoch, newEpochNote } = JSON.parse(
      (await tree.hoist("sync", "--new-epoch", "--format", "json")).out,
    );
    expect({ outcome, epoch, newEpoch }).toEqual({ outcome: "synced", epoch: 3, newEpoch: { because: "asked" } });
    expect(newEpochNote).toContain("ended in every process and cannot be listed");
    commitFlags(tree.repository, "Newer (#2)", { search: flagText({ description: "Newer." }) });
    await tree.sync("--new-epoch");
    expect((await head())?.["epoch"]).toBe(4);
  });

  test("a heartbeat of another database, before the first sync, or of an earlier epoch starts no epoch", async () => {
    const tree = await aSyncedTree(engine, FLAGS);
    await tree.sync("--new-epoch");
    const insert = (id: number, epoch: number) => `INSERT INTO flaghoist_instances
      (id, host, pid, epoch, revision, overrides, started_at) VALUES
      ('00000000-0000-4000-8000-00000000000${id}', 'h', 1, ${epoch}, 900, '{}', '2026-01-01T00:00:00.000Z');`;
    await tree.database.type(insert(1, 1));
    expect(await tree.sync()).not.toContain("epoch");
    await tree.database.type(insert(2, 2));
    expect(await tree.sync()).toContain("epoch 3 began, because a process reported revision 900");
    // A backup from before an epoch: the next epoch is new to the process that served the later one.
    await tree.database.type(insert(3, 7));
    expect(await tree.sync()).toContain("epoch 8 began, because a process reported revision 900");
    await tree.database.type(insert(4, 2_000_000));
    expect(await tree.sync()).not.toContain("epoch");
    const fresh = await engine.fresh();
    expect(await tree.hoist("db", "migrate", "--database", fresh.url)).toMatchObject({ code: 0 });
    await fresh.type(insert(1, 1));
    const first = await tree.hoist("sync", "--database", fresh.url);
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).not.toContain("epoch");
  });
});
