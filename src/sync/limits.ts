import { FlagError } from "../core/errors.ts";
import { type Config, type Limits, stricterOf } from "../source/load/config.ts";
import { loadFlags } from "../source/load/load.ts";
import { CONFIG_PATH } from "../source/shape/paths.ts";
import type { Desired } from "../source/read/desired.ts";

/** The protection and the policies that apply to one sync, and the attributes by which people are measured. */
export interface SyncLimits extends Pick<Desired, "environment" | "policies">, Pick<Limits, "attributes"> {}

/**
 * Returns the stricter of the limits that the live commit and the synced commit declare. A commit that removes a
 * protection or a limit must therefore still meet it.
 *
 * @param live  the commit that the table was synced from; null for none
 */
export async function limitsOf(desired: Desired, live: string | null): Promise<SyncLimits> {
  const { environment, policies, loaded } = desired;
  const before = await limitsAt(desired, live);
  if (loaded.config === null) return { environment, policies, attributes: [new Map()] };
  const stricter = stricterOf(before, loaded.config);
  const found = stricter.environments.find(({ name }) => name === environment.name);
  return { ...stricter, environment: found ?? environment };
}

async function limitsAt({ repository, commit }: Desired, live: string | null): Promise<Config | null> {
  if (repository === null || live === null || live === commit) return null;
  try {
    return loadFlags(await repository.readFiles(live, CONFIG_PATH)).config;
  } catch (error) {
    // The history was rewritten, and `--accept-live` was given.
    if (error instanceof FlagError && error.code === "UNKNOWN_COMMIT") return null;
    throw error;
  }
}
