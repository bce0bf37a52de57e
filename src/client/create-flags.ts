import type { ClientInput } from "./client-parts.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { openDatabase, snapshotFileOf } from "./database.ts";
import type { FlagsClient } from "./flags-client.ts";
import { type FlagsOptions, settingsFrom } from "./options.ts";
import { startClient, type StartedClient } from "./start-client.ts";

/** The dependencies of a client that tests can replace. */
export interface ClientDependencies extends Omit<ClientInput, "snapshotFile"> {
  /** The folder from which to search upwards for the nearest `flags/`. */
  readonly folder: string;
}

/**
 * Creates a client for the flags of one environment and keeps it up to date until it is closed. Resolves when there is data,
 * or after the initial timeout. If the database is unreachable, the client answers from the saved or bundled snapshot, else
 * from the generated definitions, and keeps trying to connect. `status()` returns which of these it uses.
 *
 * @throws FlagError USAGE for an invalid option; no other error
 */
export async function createFlags(options: FlagsOptions = {}): Promise<FlagsClient> {
  return (await openFlags(options)).client;
}

/** Creates a client like {@link createFlags}, and returns it with the internals that this package's entry points use. */
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
