import type { FlagDefinition } from "../core/flag/definitions.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { RawRow } from "../core/row/row.ts";

/**
 * A row that serves its off variant to everybody, made of as little as possible of another row or of a definition: only
 * what decides which value `off` has. Whether it can be read is for the caller to see.
 */
export function offRow(key: FlagKey, from: RawRow | FlagDefinition): RawRow {
  const { type, variants, off, fallback } =
    "offVariant" in from
      ? { type: from.type, variants: from.variants, off: from.offVariant, fallback: from.fallback }
      : { type: from.flag_type, variants: from.variants, off: from.off_variant, fallback: from.off_variant };
  return {
    id: "",
    feature_key: key,
    display_name: key,
    description: "",
    enabled: false,
    rollout_strategy: "all",
    rollout_percentage: 100,
    target_config: {},
    rollout_by: "",
    rules: [],
    serve: off,
    requires: {},
    flag_type: type,
    variants,
    off_variant: off,
    fallback,
    salt: "",
    client: false,
    protected: false,
    metadata: {},
    path: null,
    commit_sha: null,
    synced: null,
    archived_at: null,
    created_at: "",
    updated_at: "",
    created_by: "",
    last_modified_by: "",
  };
}
