import { renameSync, rmSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFlags } from "../../src/client/create-flags.ts";
import type { FlagsClient } from "../../src/client/flags-client.ts";
import type { Logger } from "../../src/client/logger.ts";
import { migrateStore, openStore } from "../../src/store/open.ts";
import type { FlagStore } from "../../src/store/store.ts";
import { aWrite, write } from "../store/rows.ts";
import { describePostgres, freshDatabase, onServer } from "../support/postgres.ts";
import { fileUrl, freshFile, typeInSqlite } from "../support/sqlite.ts";
import { heard } from "./fakes.ts";

const PATIENCE = { timeout: 25_000, interval: 50 };

/** A database of one kind, and two ways in which it can lose its history. */
interface Engine {
  readonly fresh: () => Promise<string>;
  readonly type: (url: string, sql: string) => Promise<unknown>;
  /** Does what the work does, and then puts an older state of head and rows back. */
  readonly restoredAround: (url: string, work: () => Promise<unknown>) => Promise<void>;
}

async function opened(url: string): Promise<FlagStore> {
  await migrateStore(url, "production");
  const store = await openStore(url);
  onTestFinished(() => store.close());
  return store;
}

async function client(database: string, logger: Logger): Promise<FlagsClient> {
  const options = { environment: "production", env: {}, snapshotFile: false, pollIntervalMs: 250 } as const;
  const made = await createFlags({ ...options, database, logger, initialTimeoutMs: 400 });
  onTestFinished(() => made.close());
  return made;
}

function everyDatabase({ fresh, type, restoredAround }: Engine): void {
  const writes = ["checkout", "search"].map((key) => aWrite({ key, columns: { enabled: true } }));

  test("that was only migrated is no data, until the first sync", async () => {
    const url = await fresh();
    const store = await opened(url);
    const logger = heard();
    const flags = await client(url, logger);
    expect(flags.status()).toMatchObject({ ready: false, source: "none", lastError: { code: "STORE_EMPTY" } });
    await write(store, writes);
    await expect.poll(() => flags.isEnabled("checkout"), PATIENCE).toBe(true);
    expect(flags.status()).toMatchObject({ source: "database", connected: true, stale: false });
  });

  test("whose few rows are all deleted in SQL changes no answer", async () => {
    const url = await fresh();
    await write(await opened(url), writes);
    const logger = heard();
    const flags = await client(url, logger);
    await type(url, "DELETE FROM feature_toggles");
    await expect.poll(() => flags.status().lastError?.code, PATIENCE).toBe("STORE_EMPTY");
    expect(flags.isEnabled("checkout")).toBe(true);
    expect(flags.status()).toMatchObject({ flags: 2, stale: true, connected: false });
    expect(logger.lines.at(-1)).toContain("error flag table empty (all rows are gone, and a sync never deletes a row)");
  });

  test("that is an older backup applies its kills and those typed into it, and is served after the next epoch", async () => {
    const url = await fresh();
    const store = await opened(url);
    await write(store, writes);
    const flags = await client(url, heard());
    await restoredAround(url, async () => {
      for (const description of ["a", "b", "c", "d"]) {
        await type(url, `UPDATE feature_toggles SET description = '${description}' WHERE feature_key = 'checkout'`);
      }
      await expect.poll(() => flags.status().revision, PATIENCE).toBe((await store.readHead()).revision);
    });
    await expect.poll(() => flags.status().behind, PATIENCE).toMatchObject({ epoch: 1, isPrimary: true });
    await type(url, "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'search'");
    await expect.poll(() => flags.isEnabled("search"), PATIENCE).toBe(false);
    expect([flags.isEnabled("checkout"), flags.status().lastError?.code]).toEqual([true, "STORE_BEHIND"]);
    await type(url, "UPDATE flaghoist_head SET epoch = epoch + 1");
    await expect.poll(() => flags.status().epoch, PATIENCE).toBe(2);
    expect(flags.status()).toMatchObject({ behind: null, connected: true, stale: false });
    expect([flags.isEnabled("checkout"), flags.isEnabled("search")]).toEqual([true, false]);
  });
}

describe("a SQLite database", () => {
  everyDatabase({
    fresh: async () => fileUrl(freshFile()),
    type: (url, sql) => typeInSqlite(new URL(url).pathname, sql),
    restoredAround: async (url, work) => {
      const file = new URL(url).pathname;
      const backup = freshFile();
      await typeInSqlite(file, `VACUUM INTO '${backup}'`);
      await work();
      for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
      renameSync(backup, file);
    },
  });
});

describePostgres("a PostgreSQL database", () => {
  everyDatabase({
    fresh: freshDatabase,
    type: onServer,
    restoredAround: async (url, work) => {
      const { rows } = await onServer(url, "SELECT revision FROM flaghoist_head");
      const [{ revision } = { revision: 0 }]: { revision: number }[] = rows;
      await work();
      await onServer(
        url,
        `ALTER TABLE flaghoist_head DISABLE TRIGGER USER; UPDATE flaghoist_head SET revision = ${revision};
         ALTER TABLE flaghoist_head ENABLE TRIGGER USER`,
      );
    },
  });
});
