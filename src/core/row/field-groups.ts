import { sameJson } from "../json.ts";
import type { FlagColumns } from "./row.ts";

type Column = keyof FlagColumns;

/**
 * Columns that mean something only together, so that a hand-written change and git's are compared as one: a percentage
 * from git beside a strategy from the prompt would be nobody's wish. Every other column is a group of its own.
 */
export const FIELD_GROUPS = {
  enabled: ["enabled"],
  rollout: ["rollout_strategy", "rollout_percentage", "target_config"],
  rules: ["rules"],
  serve: ["serve"],
  name: ["display_name"],
  description: ["description"],
  by: ["rollout_by"],
  requires: ["requires"],
  type: ["flag_type"],
  variants: ["variants"],
  offVariant: ["off_variant"],
  fallback: ["fallback"],
  salt: ["salt"],
  client: ["client"],
  protected: ["protected"],
  metadata: ["metadata"],
} as const satisfies Readonly<Record<string, readonly Column[]>>;

export type FieldGroup = keyof typeof FIELD_GROUPS;
export const FIELD_GROUP_NAMES: readonly FieldGroup[] = Object.keys(FIELD_GROUPS).filter(
  (name): name is FieldGroup => name in FIELD_GROUPS,
);

/** Groups that only people read: no answer depends on them. */
export const PROSE_GROUPS: ReadonlySet<FieldGroup> = new Set(["name", "description", "metadata"]);

/** Whether two rows say the same in one group. */
export function agree(group: FieldGroup, a: FlagColumns, b: FlagColumns): boolean {
  return FIELD_GROUPS[group].every((column) => sameJson(a[column], b[column]));
}

/** The groups in which two rows differ. */
export function differingGroups(a: FlagColumns, b: FlagColumns): readonly FieldGroup[] {
  return FIELD_GROUP_NAMES.filter((group) => !agree(group, a, b));
}

/** `target` with the columns of `group` taken from `source`. */
export function withGroup(target: FlagColumns, group: FieldGroup, source: FlagColumns): FlagColumns {
  const columns = FIELD_GROUPS[group].map((column) => [column, source[column]]);
  return { ...target, ...Object.fromEntries(columns) };
}
