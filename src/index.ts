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
export type { FlagsOptions } from "./client/options.ts";
export type { ClientError, ClientSource, ClientStatus, SetAside, ShownOverride } from "./client/status.ts";
export type { ToggleRow } from "./client/toggle-row.ts";
export type { FlagDefinition, FlagDefinitions } from "./core/definitions.ts";
export { type ErrorCode, FlagError } from "./core/errors.ts";
export type {
  Evaluation,
  EvaluationContext,
  EvaluationErrorCode,
  EvaluationMetadata,
  Reason,
} from "./core/evaluation.ts";
export type { JsonObject, JsonValue } from "./core/json.ts";
