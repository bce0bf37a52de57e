import type { FlagDefinitions } from "../core/flag/definitions.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { FlagStore } from "../store/store.ts";
import { defaultSnapshotFile, openDatabase } from "./database.ts";
import type { FlagsClient } from "./flags-client.ts";
import { type FlagsOptions, type Settings, settingsFrom } from "./options.ts";
import { REAL_SURROUNDINGS, type Surroundings } from "./surroundings.ts";
import type { SeenFlag } from "./seen-flag.ts";
import { startClient } from "./start-client.ts";
import type { ToggleRow } from "./toggle-row.ts";

/** A client with what only the doors of this package need of it. */
export interface OpenedFlags {
  readonly client: FlagsClient;
  /** Generated definitions that arrive after the client was made. */
  readonly define: (definitions: FlagDefinitions) => void;
  readonly toggleRows: () => readonly ToggleRow[];
  /** What whoever asks for a change of the flag has before their eyes. */
  readonly seen: (key: FlagKey) => SeenFlag;
}

/** What a test hands in instead of the real ones. */
export interface ClientParts {
  readonly surroundings: Surroundings;
  readonly openStore: () => Promise<FlagStore>;
  /** Where relative look-ups begin: the nearest `flags/` upward. */
  readonly folder: string;
}

/**
 * Flags of one environment, kept up to date until closed. Resolves when there is data, or after the initial timeout: a
 * database that is down only means that answers come from the saved or bundled snapshot, or from the definitions; the
 * client says so in `status()` and goes on trying.
 *
 * @throws FlagError USAGE for options that are none; for nothing else
 */
export async function createFlags(options: FlagsOptions = {}): Promise<FlagsClient> {
  return (await openFlags(options)).client;
}

/** As {@link createFlags}, for the doors. */
export async function openFlags(options: FlagsOptions, parts: Partial<ClientParts> = {}): Promise<OpenedFlags> {
  const settings = settingsFrom(options);
  const folder = parts.folder ?? process.cwd();
  const opened = startClient(settings, {
    surroundings: parts.surroundings ?? REAL_SURROUNDINGS,
    openStore: parts.openStore ?? (() => openDatabase(settings, folder)),
    snapshotFile: snapshotFileOf(settings, folder),
  });
  await opened.started;
  return opened;
}

function snapshotFileOf(settings: Settings, folder: string): string | undefined {
  if (settings.snapshotFile === false) return undefined;
  return settings.snapshotFile ?? defaultSnapshotFile(settings, folder);
}
