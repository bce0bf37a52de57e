import type { DecidedBy } from "../../core/describe/decided-by.ts";
import { type Flag } from "../../core/flag/flag.ts";
import { rulePairs } from "../../core/flag/rule-pairs.ts";
import { defaultRollout, type ServingRule, servingRule } from "../../core/flag/serving-rules.ts";
import { changedFields, reshuffleOf } from "../change-kind.ts";
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
  { code, jump }: Pick<Need, "code" | "jump">,
  { before, after }: { readonly before: Flag | null; readonly after: Flag },
): Path {
  if (before === null) return servedPath(file, environment, "rollout");
  if (code === "reshuffle") {
    const { field, rule } = reshuffleOf(before, after) ?? { field: "salt", rule: null };
    return field === "salt" ? ["salt"] : fieldPath(file, environment, after, rule, field);
  }
  if (!before.enabled) return servedPath(file, environment, "enabled");
  const decidedBy = code === "jump" ? jump?.decidedBy : undefined;
  return (
    (decidedBy && jumpPath(file, environment, decidedBy, { before, after })) ??
    changedPath(file, environment, before, after)
  );
}

/** Returns the path of the share or of what is served, if that changed in the rule that decides most of a jump. */
function jumpPath(
  file: FlagFile,
  environment: string,
  decidedBy: DecidedBy,
  { before, after }: { readonly before: Flag; readonly after: Flag },
): Path | undefined {
  if (decidedBy.kind === "rule") {
    const pair = rulePairs(before.rules, after.rules).find(({ is }) => is.name === decidedBy.name);
    if (pair === undefined || pair.was === null) return undefined;
    const field = fieldThatDiffers(servingRule(pair.was), servingRule(pair.is));
    return field && fieldPath(file, environment, after, decidedBy.name, field);
  }
  if (decidedBy.kind !== "default-rollout") return undefined;
  const field = fieldThatDiffers(defaultRollout(before), defaultRollout(after));
  return field && servedPath(file, environment, field);
}

function fieldThatDiffers(was: ServingRule, is: ServingRule): "rollout" | "serve" | undefined {
  if (is.portion !== null && !sameJson(was.portion, is.portion)) return "rollout";
  if (!sameJson(was.serve, is.serve)) return "serve";
  return is.name === null && !sameJson(was, is) ? "rollout" : undefined;
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
