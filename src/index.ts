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

/**
 * The result of {@link updateToggle}: the pull request with the address of its page on GitHub, or a message that says why none was
 * opened.
 */
export type UpdatedToggle =
  | { readonly success: true; readonly pullRequest: { readonly number: number; readonly url: string } }
  | { readonly success: false; readonly error: string };

/**
 * Opens a pull request that changes a flag's file, or returns the open pull request of an identical earlier request. The
 * change takes effect when the pull request is merged and synced; its commit is the audit record in git. The request is
 * refused if the flag in git differs from the flag that this process has read from the table. Never rejects: an error is
 * returned as `{ success: false, error }`.
 *
 * @param updates      new values by column name, e.g. `{ rollout_percentage: 50 }` for 50 %. `enabled` and the rollout
 *   columns change only the default client's environment; descriptive columns change all environments
 * @param adminUserId  the person who requests the change; named in the pull request and its commit
 * @param notes        the reason for the change; shown in the pull request
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
