import type { ClientInput } from "./client-parts.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { openDatabase, snapshotFileOf } from "./database.ts";
import type { FlagsClient } from "./flags-client.ts";
import { type FlagsOptions, settingsFrom } from "./options.ts";
import { startClient, type StartedClient } from "./start-client.ts";

/** What tests pass in instead of the real ones. */
export interface ClientDependencies extends Omit<ClientInput, "snapshotFile"> {
  /** The folder from which the nearest `flags/` is looked for, upwards. */
  readonly folder: string;
}

/**
 * Creates a client for the flags of one environment, which stays up to date until it is closed. Resolves when there is data,
 * or after the initial timeout. If the database is unreachable, the client answers from the saved or bundled snapshot, else
 * from the generated definitions; `status()` says so, and the client keeps trying to connect.
 *
 * @throws FlagError USAGE for an invalid option; for nothing else
 */
export async function createFlags(options: FlagsOptions = {}): Promise<FlagsClient> {
  return (await openFlags(options)).client;
}

/** As {@link createFlags}, with what the entry points of this package need beside the client. */
export async function openFlags(
  options: FlagsOptions,
  given: Partial<ClientDependencies> = {},
): Promise<StartedClient> {
  const settings = settingsFrom(options);
  const folder = given.folder ?? process.cwd();
  const started = startClient(settings, {
    clock: given.clock ?? SYSTEM_CLOCK,
    openStore: given.openStore ?? (() => openDatabase(settings, folder)),
    snapshotFile: snapshotFileOf(settings, folder),
  });
  await started.started;
  return started;
}
