import type { JsonObject, JsonValue } from "../json.ts";
import type { FlagKey, FlagType, VariantName } from "../flag/flag.ts";

export const ROLLOUT_STRATEGIES = ["all", "percentage", "whitelist", "role"] as const;
export type RolloutStrategy = (typeof ROLLOUT_STRATEGIES)[number];

/**
 * What git decides about a flag, by the table's column names. The evaluator reads these columns and nothing else, so that
 * hand-written SQL does what it says.
 */
export interface FlagColumns {
  readonly display_name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly rollout_strategy: RolloutStrategy;
  /** Per cent, 0 to 100, at most 3 decimals. 100 where the strategy is not `percentage`. */
  readonly rollout_percentage: number;
  /** `{"roles": […]}` for `role`; `user_ids`, `workshop_ids`, `postal_codes`, `roles` or attribute names for `whitelist`. */
  readonly target_config: JsonObject;
  /** The subject attribute of the last line's share and split. */
  readonly rollout_by: string;
  /** `[{"name": "…", "if": {…}, "percentage": 25, "by": "userId", "serve": "on"}]`; percentage and by may be left out. */
  readonly rules: JsonValue;
  /** A variant's name, or `{"split": [{"variant": "blue", "percentage": 33}, …]}`. */
  readonly serve: JsonValue;
  /** `{"other_flag": ["on"]}`. */
  readonly requires: JsonObject;
  readonly flag_type: FlagType;
  readonly variants: JsonObject;
  readonly off_variant: VariantName;
  readonly fallback: VariantName;
  readonly salt: string;
  readonly client: boolean;
  readonly protected: boolean;
  /** The file's mapping plus `owner`, `kind`, `expires` and `tags`. */
  readonly metadata: JsonObject;
}

/** A whole row. */
export interface FlagRow extends FlagColumns {
  /** A uuid. */
  readonly id: string;
  readonly feature_key: FlagKey;
  /** The file that it came from, e.g. `flags/workshop/workshop_routing.yaml`; null for a row inserted by hand. */
  readonly path: string | null;
  /** The last commit that changed the row; null for a work-tree sync and for a row inserted by hand. */
  readonly commit_sha: string | null;
  /** What the last sync wrote (what git said then); null for a row inserted by hand. */
  readonly synced: FlagColumns | null;
  /** ISO 8601, or null while the flag lives. */
  readonly archived_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly created_by: string;
  readonly last_modified_by: string;
}

/** A row as a database gave it: JSON columns parsed where they could be, nothing else trusted. */
export type RawRow = { readonly [column in keyof FlagRow]?: unknown };
