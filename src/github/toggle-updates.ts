import type { JsonObject } from "../core/json.ts";
import type { RolloutStrategy } from "../core/row/row.ts";

/** What is to change of a flag, in the words of the table's columns. What is left out, or undefined, stays as it is. */
export interface ToggleUpdates {
  readonly enabled?: boolean | undefined;
  readonly rollout_strategy?: RolloutStrategy | undefined;
  /** 0 to 100, at most 3 decimals; only with the strategy `percentage`, of which 100 goes with every other. */
  readonly rollout_percentage?: number | undefined;
  /** `roles` for the strategy `role`; `user_ids`, `workshop_ids`, `postal_codes`, `roles` or attributes for `whitelist`. */
  readonly target_config?: Readonly<Record<string, readonly (string | number)[]>> | undefined;
  /** For all environments, as are description and metadata. */
  readonly display_name?: string | undefined;
  readonly description?: string | undefined;
  /** The whole mapping anew; of `owner`, `kind`, `expires` and `tags` only those that are named change. */
  readonly metadata?: JsonObject | undefined;
}
