import { seenForUpdate } from "./client/default-client.ts";
import type { FlagKey } from "./core/flag/flag.ts";
import type { ToggleUpdates } from "./github/toggle-updates.ts";

export { createFlags } from "./client/create-flags.ts";
export {
  checkFeatures,
  closeFlags,
  configureFlags,
  getAllToggles,
  getFeatureFlags,
  isFeatureEnabled,
} from "./client/default-client.ts";
export type { ClientEvents, EventName, Listener } from "./client/events.ts";
export type { FlagContext, FlagReader, FlagsClient, PinnedFlags, ValueOf } from "./client/flags-client.ts";
export type { Logger } from "./client/logger.ts";
export type { FlagsOptions, GitHubOptions } from "./client/options.ts";
export type { ClientError, ClientSource, ClientStatus, SetAside, ShownOverride } from "./client/status.ts";
export type { ToggleRow } from "./client/toggle-row.ts";
export type { FlagDefinition, FlagDefinitions } from "./core/flag/definitions.ts";
export { type ErrorCode, FlagError } from "./core/errors.ts";
export type {
  Evaluation,
  EvaluationContext,
  EvaluationErrorCode,
  EvaluationMetadata,
  Reason,
} from "./core/evaluate/evaluation.ts";
export type { JsonObject, JsonValue } from "./core/json.ts";
export type { ToggleUpdates } from "./github/toggle-updates.ts";

/** The pull request, or in words why there is none. */
export type UpdatedToggle =
  | { readonly success: true; readonly pullRequest: { readonly number: number; readonly url: string } }
  | { readonly success: false; readonly error: string };

/**
 * Asks for a change of a flag in the default client's environment: opens a pull request that edits its file, or finds the
 * open one that was asked for before. The answers of flags change once it is merged and synced, and not before; the commit
 * is the audit record, the table's own follows with the sync. Refused where git says something else by now than the table
 * that this process reads.
 *
 * @param updates      in the words of the table's columns; `enabled` and who gets it for this environment alone, what people
 *   read for all of them
 * @param adminUserId  who asks: stands in the pull request and in its commit
 * @param notes        why
 * @returns never throws
 */
export async function updateToggle(
  key: FlagKey,
  updates: ToggleUpdates,
  adminUserId: string,
  notes?: string,
): Promise<UpdatedToggle> {
  try {
    const { proposeUpdate } = await import("./github/update-toggle.ts");
    const { seen, github, env } = await seenForUpdate(key);
    const pullRequest = await proposeUpdate({ key, updates, adminUserId, notes }, seen, {
      github,
      env,
      today: new Date(),
    });
    return { success: true, pullRequest };
  } catch (error) {
    if (!(error instanceof Error)) return { success: false, error: String(error) };
    const hint = "hint" in error && typeof error.hint === "string" ? `\n${error.hint}` : "";
    return { success: false, error: `${error.message}${hint}` };
  }
}
