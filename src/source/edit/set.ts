import type { FlagKey } from "../../core/flag/flag.ts";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import { type Assignment, parseAssignment } from "./assignment.ts";
import { editableFlag, editFlag, type FlagTree } from "./edit-flag.ts";
import { type EditResult, refused, type Refused } from "./edit-result.ts";
import { rootOf } from "./rewrite.ts";
import { isRefusal, setFields } from "./set-fields.ts";
import { mapJson } from "../load/tree.ts";

export interface SetOptions {
  readonly key: FlagKey;
  /** The overlay to edit; null for the base. */
  readonly environment: string | null;
  /** Edit the base although overlays hide the edit from some environments. */
  readonly maskedToo: boolean;
  /** What a command that is printed has to say again, empty or beginning with a space: ` --pr`. */
  readonly again?: string | undefined;
}

/** Changes fields of one flag's file: in the overlay of one environment, or in the base. */
export function setInFlag(tree: FlagTree, options: SetOptions, changes: readonly string[]): EditResult {
  const { key, environment, maskedToo, again } = options;
  const flag = editableFlag(tree, key);
  if (!("path" in flag)) return flag;
  const environments = tree.loaded.config?.environments.map(({ name }) => name) ?? [];
  const unknown = environment === null ? undefined : unknownEnvironment(environment, environments);
  if (unknown !== undefined) return unknown;
  const assignments: Assignment[] = [];
  for (const change of changes) {
    const assignment = parseAssignment(change);
    if ("ok" in assignment) return assignment;
    assignments.push(assignment);
  }
  const root = rootOf(flag.parsed.text);
  if (root === undefined) return refused("invalid", `${flag.path} cannot be edited`, "hoist validate says why");
  const target = { key, json: mapJson(root), file: flag.file, environments, environment, maskedToo, again };
  const json = setFields(target, assignments);
  if (isRefusal(json)) return json;
  return editFlag(tree, { key, json, mayChange: (name) => environment === null || name === environment });
}

export function unknownEnvironment(name: string, environments: readonly string[]): Refused | undefined {
  if (environments.includes(name)) return undefined;
  const { message, hint = "" } = unknownName("environment", name, environments);
  return refused("environment", message, hint);
}
