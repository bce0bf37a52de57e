import { expect } from "vitest";
import type { FlagDatabase, FlagDatabaseEngine } from "./flag-database.ts";
import { aFlagRepository } from "./flag-tree.ts";
import { hoistIn, type HoistResult } from "./hoist.ts";
import type { TestRepository } from "./repository.ts";

/** A repository of flags, a database for one environment, and the command line between them. */
export interface Synced {
  readonly repository: TestRepository;
  readonly database: FlagDatabase;
  readonly hoist: (...args: readonly string[]) => Promise<HoistResult>;
  /** Runs a sync that must succeed, and returns its output. */
  readonly sync: (...more: readonly string[]) => Promise<string>;
}

/** Creates a tree that is committed but not synced. */
export async function aCommittedTree(
  engine: FlagDatabaseEngine,
  flags: Readonly<Record<string, string>>,
  { environment = "production", config }: { readonly environment?: string; readonly config?: string } = {},
): Promise<Synced> {
  const repository = aFlagRepository(flags, config);
  const database = await engine.fresh();
  const hoist = hoistIn(repository.folder, { FLAGS_ENV: environment, FLAGS_DATABASE_URL: database.url });
  const sync = async (...more: readonly string[]) => {
    const result = await hoist("sync", ...more);
    expect(result, result.out + result.err).toMatchObject({ code: 0 });
    return result.out;
  };
  return { repository, database, hoist, sync };
}

/** Creates a tree that is committed and synced once. */
export async function aSyncedTree(...args: Parameters<typeof aCommittedTree>): Promise<Synced> {
  const tree = await aCommittedTree(...args);
  await tree.sync();
  return tree;
}
