import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonValue } from "../core/json.ts";
import { openFlags } from "./create-flags.ts";
import type { FlagContext } from "./flags-client.ts";
import { type FlagsOptions, type Settings, settingsFrom } from "./options.ts";
import type { StartedClient } from "./start-client.ts";
import type { SeenFlag, ToggleRow } from "./toggle-row.ts";

/** The default client of the process. */
interface Slot {
  options: FlagsOptions;
  opening: Promise<StartedClient> | undefined;
  /** Set as soon as the client has opened, so that later calls do not wait. */
  opened: StartedClient | undefined;
}

// Bundlers and hot reloading may load this module several times; the process still has one default client.
const SLOT = Symbol.for("flaghoist.default-client");
const slot = sharedSlot();

function sharedSlot(): Slot {
  const holder: typeof globalThis & { [SLOT]?: Slot } = globalThis;
  holder[SLOT] ??= { options: {}, opening: undefined, opened: undefined };
  return holder[SLOT];
}

/**
 * Configures the default client before its first use. Options of several calls are merged. Definitions may be passed at any
 * time, because modules load in any order; the server module that `hoist generate` writes passes its definitions here.
 *
 * @throws FlagError USAGE for an invalid option, and for any option but `definitions` once the client is in use
 */
export function configureFlags(options: FlagsOptions): void {
  const { definitions, ...others } = options;
  const isLate = slot.opening !== undefined;
  if (isLate && Object.keys(others).length > 0) {
    const message =
      "configureFlags was called after the first use of the default client, when only definitions can be added";
    const hint = "call it where the program starts, or create a separate client with createFlags";
    throw new FlagError("USAGE", message, { hint });
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

/**
 * Returns whether a boolean flag is on for this context. Returns false if the flag is unknown or of a different type.
 * Never rejects for an unreachable database.
 */
export async function isFeatureEnabled(key: FlagKey, context?: FlagContext): Promise<boolean> {
  const { client } = slot.opened ?? (await defaultClient());
  return client.isEnabled(key, context);
}

/** Returns whether each of several boolean flags is on, all at one revision, e.g. `{ voice_logging: true }`. */
export async function checkFeatures(keys: readonly FlagKey[], context?: FlagContext): Promise<Record<string, boolean>> {
  const flags = (slot.opened ?? (await defaultClient())).client.pin();
  return Object.fromEntries(keys.map((key) => [key, flags.isEnabled(key, context)]));
}

/** Returns the value of every flag for this context, all at one revision, e.g. `{ voice_logging: true, checkout_button: "#444444" }`. */
export async function getFeatureFlags(context?: FlagContext): Promise<Record<string, JsonValue>> {
  const { client } = slot.opened ?? (await defaultClient());
  return Object.fromEntries(client.evaluateAll(context).map(({ flagKey, value }) => [flagKey, value]));
}

/** Returns the table row of every live flag, ordered by display name. Rows contain targets (such as user ids): do not send them to browsers. */
export async function getAllToggles(): Promise<readonly ToggleRow[]> {
  return (slot.opened ?? (await defaultClient())).toggleRows();
}

/** Returns the flag as the default client knows it, and the GitHub settings, for a request to change the flag. */
export async function seenForUpdate(
  key: FlagKey,
): Promise<Pick<Settings, "github" | "env"> & { readonly seen: SeenFlag }> {
  const { seen } = slot.opened ?? (await defaultClient());
  const { github, env } = settingsFrom(slot.options);
  return { seen: seen(key), github, env };
}

/** Closes the default client. The next use creates a new one. */
export async function closeFlags(): Promise<void> {
  const { opening } = slot;
  slot.opening = undefined;
  slot.opened = undefined;
  const opened = await opening?.catch(() => undefined);
  await opened?.client.close();
}

function defaultClient(): Promise<StartedClient> {
  if (slot.opening === undefined) {
    slot.opening = openFlags(slot.options);
    void keepOpened(slot.opening);
  }
  return slot.opening;
}

async function keepOpened(opening: Promise<StartedClient>): Promise<void> {
  const opened = await opening.catch(() => undefined);
  // If the client was closed in the meantime, callers that are already waiting still get an answer, but later calls must open a new client.
  if (slot.opening !== opening) return;
  slot.opened = opened;
  if (opened === undefined) slot.opening = undefined;
}
