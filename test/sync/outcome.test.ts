import { describe, expect, test } from "vitest";
import { FlagError } from "../../src/core/errors.ts";
import type { FlagStore } from "../../src/store/store.ts";
import { resolveUnknownCommit } from "../../src/sync/resolve-unknown-commit.ts";
import { commitProxy, type CommitFate } from "../support/commit-proxy.ts";
import {
  contentOf,
  onEveryEngine,
  POSTGRES,
  type FlagDatabase,
  type FlagDatabaseEngine,
} from "../support/flag-database.ts";
import { commitFlags, flagText } from "../support/flag-tree.ts";
import { describePostgres } from "../support/postgres.ts";
import { runSync } from "../support/run-sync.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";

const FLAGS = { checkout_button: flagText(), voice_logging: flagText() };
const KILL = "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'voice_logging';";

/** Synced once, and one commit ahead. */
async function aPendingTree(engine: FlagDatabaseEngine): Promise<Synced & { readonly next: string }> {
  const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
  const next = commitFlags(tree.repository, "Newer (#2)", { checkout_button: flagText({ description: "Newer." }) });
  return { ...tree, next };
}

async function stateOf(database: FlagDatabase) {
  const { flaghoist_head: head, feature_toggle_audit: audit, flaghoist_syncs: syncs } = await contentOf(database);
  const [{ revision, commit_sha } = {}] = head ?? [];
  return { revision: Number(revision), commit: commit_sha, audited: audit?.length, syncs: syncs?.length };
}

onEveryEngine((engine) => {
  test("a kill between plan and apply stays in force, and the sync reports it", async () => {
    const { repository, database } = await aPendingTree(engine);
    let applies = 0;
    const around = (store: FlagStore): FlagStore => ({
      ...store,
      apply: async (batch) => {
        applies += 1;
        if (applies === 1) await database.type(KILL);
        return store.apply(batch);
      },
    });
    const where = { folder: repository.folder, url: database.url, environment: "staging", around };
    const outcome = await runSync(where);
    expect(applies).toBe(2);
    expect(outcome).toMatchObject({
      kind: "synced",
      plan: { manualChanges: [{ key: "voice_logging", kind: "disabled", outcome: "stays" }] },
    });
    const rows = await database.rows(
      "SELECT feature_key, description, enabled FROM feature_toggles ORDER BY feature_key",
    );
    expect(rows.map(({ enabled, ...row }) => ({ ...row, enabled: Boolean(enabled) }))).toEqual([
      { feature_key: "checkout_button", description: "Newer.", enabled: true },
      { feature_key: "voice_logging", description: "What it switches.", enabled: false },
    ]);
  });

  test("a sync of a table that changes at every attempt stops after three new plans and writes nothing", async () => {
    const { repository, database } = await aPendingTree(engine);
    const before = await stateOf(database);
    let applies = 0;
    const around = (store: FlagStore): FlagStore => ({
      ...store,
      apply: async (batch) => {
        applies += 1;
        await database.type(
          `UPDATE feature_toggles SET description = 'By hand ${applies}.' WHERE feature_key = 'voice_logging';`,
        );
        return store.apply(batch);
      },
    });
    const where = { folder: repository.folder, url: database.url, environment: "staging", around };
    await expect(runSync(where)).rejects.toMatchObject({ code: "PLAN_STALE" });
    expect(applies).toBe(4);
    const after = await stateOf(database);
    expect(after).toEqual({ ...before, revision: before.revision + 4, audited: (before.audited ?? 0) + 4 });
  });
});

describePostgres("PostgreSQL, over a line that breaks", () => {
  describe("a connection that is lost at COMMIT", () => {
    async function syncThrough(tree: Synced, fates: readonly CommitFate[], deafMs?: number) {
      const proxy = await commitProxy(tree.database.url, fates, deafMs);
      const result = await tree.hoist("sync", "--database", proxy.url);
      await tree.database.quiet();
      return { ...result, commits: proxy.commits() };
    }

    test.each<[string, readonly CommitFate[], number, number]>([
      ["before it arrives is made up for by a second try", ["lost"], 0, 2],
      ["after it arrived is found to have happened", ["unanswered"], 0, 1],
      ["and arrives late, when the second try is waiting for the lock, is not written twice", ["late"], 0, 1],
      ["while the server starts again is settled when it answers", ["unanswered"], 700, 1],
      ["twice, once on each side of it", ["lost", "unanswered"], 0, 2],
    ])("%s", async (_, fates, deafMs, expectedCommits) => {
      const tree = await aPendingTree(POSTGRES);
      const before = await stateOf(tree.database);
      const { code, out, err, commits } = await syncThrough(tree, fates, deafMs);
      expect(code, err).toBe(0);
      expect(out).toContain(`staging is at revision ${before.revision + 1}`);
      expect(commits).toBe(expectedCommits);
      expect(await stateOf(tree.database)).toEqual({
        revision: before.revision + 1,
        commit: tree.next,
        audited: (before.audited ?? 0) + 1,
        syncs: (before.syncs ?? 0) + 1,
      });
      expect(await tree.sync()).toContain("nothing to do");
    });

    test("every time is reported correctly: nothing was written", async () => {
      const tree = await aPendingTree(POSTGRES);
      const before = await contentOf(tree.database);
      const { code, out, err, commits } = await syncThrough(tree, ["lost", "lost", "lost", "lost", "lost"]);
      expect({ code, out, commits }).toEqual({ code: 8, out: "", commits: 4 });
      expect(err).toContain("the connection was lost while committing");
      expect(err).toContain("exit 8 (STORE_OUTCOME_UNKNOWN)");
      expect(await contentOf(tree.database)).toEqual(before);
      expect(await tree.sync()).toContain("1 updated");
    });
  });
});

describe("resolving an unknown outcome", () => {
  const unknown = new FlagError("STORE_OUTCOME_UNKNOWN", "lost while committing");

  test("a database that does not answer again leaves the outcome unknown, with the first error", async () => {
    let asked = 0;
    const store: Pick<FlagStore, "hasSync" | "readHead"> = {
      hasSync: () => {
        asked += 1;
        return Promise.reject(new FlagError("STORE_UNREACHABLE", "no answer"));
      },
      readHead: () => Promise.reject(new FlagError("STORE_UNREACHABLE", "no answer")),
    };
    await expect(resolveUnknownCommit(store, "some-id", unknown, [0, 1, 1])).rejects.toBe(unknown);
    expect(asked).toBe(3);
  });
});
