import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonValue } from "../core/json.ts";
import { type OpenedFlags, openFlags } from "./create-flags.ts";
import type { FlagContext } from "./flags-client.ts";
import { type FlagsOptions, type GitHubOptions, type Settings, settingsFrom } from "./options.ts";
import type { SeenFlag } from "./seen-flag.ts";
import type { ToggleRow } from "./toggle-row.ts";

/** The one default client of a process. */
interface Slot {
  options: FlagsOptions;
  opening: Promise<OpenedFlags> | undefined;
  /** Set as soon as it has opened, so that later calls wait for nothing. */
  opened: OpenedFlags | undefined;
}

// Bundlers and hot reloading load a module several times over, and still there is one database and one set of overrides.
const SLOT = Symbol.for("flaghoist.default-client");
const slot = sharedSlot();

function sharedSlot(): Slot {
  const holder: typeof globalThis & { [SLOT]?: Slot } = globalThis;
  holder[SLOT] ??= { options: {}, opening: undefined, opened: undefined };
  return holder[SLOT];
}

/**
 * Sets up the default client before its first use: the server module that `hoist generate` writes hands in its definitions
 * here. Options add up; definitions are welcome at any time, since modules load in any order.
 *
 * @throws FlagError USAGE for options that are none, and for any but definitions once the client is in use
 */
export function configureFlags(options: FlagsOptions): void {
  const { definitions, ...others } = options;
  const isLate = slot.opening !== undefined;
  if (isLate && Object.keys(others).length > 0) {
    throw new FlagError(
      "USAGE",
      "configureFlags came after the default client's first use: only definitions may follow",
      {
        hint: "call it where the program starts, or make a client of your own with createFlags",
      },
    );
  }
  const merged = { ...slot.options, ...options, definitions: { ...slot.options.definitions, ...definitions } };
  settingsFrom(merged);
  slot.options = merged;
  if (isLate && definitions !== undefined) void addDefinitions(definitions);
}

async function addDefinitions(definitions: FlagDefinitions): Promise<void> {
  const opened = slot.opened ?? (await slot.opening?.catch(() => undefined));
  opened?.define(definitions);
}

/** Whether a boolean flag is on for this context; false for one that is unknown, disabled or of another type. */
export async function isFeatureEnabled(key: FlagKey, context?: FlagContext): Promise<boolean> {
  const { client } = slot.opened ?? (await defaultClient());
  return client.isEnabled(key, context);
}

/** Several flags at once, all of one revision. */
export async function checkFeatures(keys: readonly FlagKey[], context?: FlagContext): Promise<Record<string, boolean>> {
  const flags = (slot.opened ?? (await defaultClient())).client.pin();
  return Object.fromEntries(keys.map((key) => [key, flags.isEnabled(key, context)]));
}

/** The value of every flag for this context, by key, all of one revision. */
export async function getFeatureFlags(context?: FlagContext): Promise<Record<string, JsonValue>> {
  const { client } = slot.opened ?? (await defaultClient());
  return Object.fromEntries(client.evaluateAll(context).map(({ flagKey, value }) => [flagKey, value]));
}

/** Every live flag with the columns of its row, ordered by display name. Holds targets: not for browsers. */
export async function getAllToggles(): Promise<readonly ToggleRow[]> {
  return (slot.opened ?? (await defaultClient())).toggleRows();
}

/** What the default client knows that a change of a flag needs: the flag as it is seen, and where its file is kept. */
export async function seenForUpdate(key: FlagKey): Promise<{
  readonly seen: SeenFlag;
  readonly github: GitHubOptions;
  readonly env: Settings["env"];
}> {
  const { seen } = slot.opened ?? (await defaultClient());
  const { github, env } = settingsFrom(slot.options);
  return { seen: seen(key), github, env };
}

/** Closes the default client; the next use makes a new one. */
export async function closeFlags(): Promise<void> {
  const { opening } = slot;
  slot.opening = undefined;
  slot.opened = undefined;
  const opened = await opening?.catch(() => undefined);
  await opened?.client.close();
}

function defaultClient(): Promise<OpenedFlags> {
  slot.opening ??= openDefault();
  return slot.opening;
}

function openDefault(): Promise<OpenedFlags> {
  const opening = openFlags(slot.options);
  void settleSlot(opening);
  return opening;
}

async function settleSlot(opening: Promise<OpenedFlags>): Promise<void> {
  const opened = await opening.catch(() => undefined);
  // Closed meanwhile: whoever waits still gets an answer, but nobody else shall find it.
  if (slot.opening !== opening) return;
  slot.opened = opened;
  if (opened === undefined) slot.opening = undefined;
}
