import type { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { variableOf } from "../../core/override/override-text.ts";
import { isFlagPath } from "../shape/paths.ts";
import { isKey, KEY_PATTERN, keyOfPath, MAX_KEY_LENGTH } from "../shape/key.ts";
import { refused } from "./edit-result.ts";
import type { FlagTree } from "./flag-tree.ts";

/**
 * Returns why a flag cannot have a new key; undefined when it can.
 *
 * @param own  in a rename, the key that the flag has
 */
export function keyProblem({ files }: FlagTree, key: string, own: FlagKey | null = null): FlagError | undefined {
  if (!isKey(key)) return invalidKey(key);
  const variable = variableOf(key);
  // Tables archive the old key, and an archived key keeps its variable.
  if (own !== null && own !== key && variableOf(own) === variable) return sameVariable(key, own);
  for (const { path } of files) {
    const other = keyOfPath(path);
    if (!isFlagPath(path) || other === own) continue;
    if (other === key) return refused("USAGE", `flag ${key} already exists: ${path}`, "choose another key");
    if (variableOf(other) === variable) return sameVariable(key, other);
  }
  return undefined;
}

function invalidKey(key: string): FlagError {
  const similar = key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "_")
    .replace(/^[^a-z]+|[_-]+$/g, "")
    .replace(/([_-])[_-]+/g, "$1")
    .slice(0, MAX_KEY_LENGTH);
  const rule = `use lower-case letters and digits, in words joined by _ or -, at most ${MAX_KEY_LENGTH} characters`;
  const hint = KEY_PATTERN.test(similar) && similar !== key ? `${rule}, for example ${similar}` : rule;
  return refused("USAGE", `"${key}" is not a valid flag key`, hint);
}

function sameVariable(key: FlagKey, other: FlagKey): FlagError {
  const message = `${key} would have the same environment variable as ${other}: ${variableOf(key)}`;
  return refused("USAGE", message, "choose a key that differs in more than - and _");
}
