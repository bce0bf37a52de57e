import { type Flag } from "../../core/flag/flag.ts";
import { changedFields, reshuffleOf } from "../change-kind.ts";
import { risesOf } from "../danger.ts";
import type { Need } from "../needs.ts";
import { sameJson } from "../../core/json.ts";
import type { FlagFile } from "../../source/shape/flag-file.ts";
import type { Path } from "../../source/load/tree.ts";
import { own } from "../../core/own.ts";

/**
 * Returns the path at which a file sets a field for one environment: in the overlay if that replaces the field, otherwise
 * at the top level.
 */
export function servedPath(
  { environments = {} }: FlagFile,
  environment: string,
  field: "enabled" | "rollout" | "serve" | "rules",
): Path {
  const overlay = own(environments, environment);
  return overlay?.[field] === undefined ? [field] : ["environments", environment, field];
}

/** Returns the path at which a file makes the change that needs an acknowledgement. */
export function dangerPath(
  file: FlagFile,
  environment: string,
  code: Need["code"],
  { before, after }: { readonly before: Flag | null; readonly after: Flag },
): Path {
  if (before === null) return servedPath(file, environment, "rollout");
  if (code === "reshuffle") {
    const { field, rule } = reshuffleOf(before, after) ?? { field: "salt", rule: null };
    return field === "salt" ? ["salt"] : fieldPath(file, environment, after, rule, field);
  }
  if (!before.enabled) return servedPath(file, environment, "enabled");
  if (code !== "jump") return changedPath(file, environment, before, after);
  const highest = risesOf(before, after).reduce((most, rise) => (rise.points > most.points ? rise : most));
  return fieldPath(file, environment, after, highest.rule, "rollout");
}

/** Returns the path of a rule's field. @param rule  the name of the rule; null for the default rollout */
function fieldPath(
  file: FlagFile,
  environment: string,
  { rules }: Flag,
  rule: string | null,
  field: "rollout" | "serve",
): Path {
  if (rule === null) return servedPath(file, environment, field);
  return [...servedPath(file, environment, "rules"), rules.findIndex(({ name }) => name === rule), field];
}

/** Returns the place of the first field of the environment's flag that differs. */
function changedPath(file: FlagFile, environment: string, before: Flag, after: Flag): Path {
  const [first = "rollout"] = changedFields(before, after);
  if (first === "rules") {
    const index = after.rules.findIndex((rule, at) => !sameJson(rule, before.rules[at] ?? null));
    const rules = servedPath(file, environment, "rules");
    return index === -1 ? rules : [...rules, index, "name"];
  }
  if (first === "enabled" || first === "serve") return servedPath(file, environment, first);
  return first === "rollout" || first === "by" ? servedPath(file, environment, "rollout") : [first];
}
