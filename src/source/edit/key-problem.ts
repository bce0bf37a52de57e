import type { FlagKey } from "../../core/flag/flag.ts";
import { variableOf } from "../../core/override/override-text.ts";
import { isKey, KEY_PATTERN, keyOfPath, MAX_KEY_LENGTH } from "../shape/key.ts";
import type { FlagTree } from "./edit-flag.ts";
import { refused, type Refused } from "./edit-result.ts";

/** Why a key cannot be a new flag's; undefined when it can. `own` is the key that it takes over from, in a rename. */
export function keyProblem({ files }: FlagTree, key: string, own: FlagKey | null = null): Refused | undefined {
  if (!isKey(key)) {
    const like = key
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "_")
      .replace(/^[^a-z]+|[_-]+$/g, "")
      .replace(/([_-])[_-]+/g, "$1")
      .slice(0, MAX_KEY_LENGTH);
    const words = `lower case letters and digits, in words joined by _ or -, at most ${MAX_KEY_LENGTH} characters`;
    const hint = KEY_PATTERN.test(like) && like !== key ? `${words}: ${like}` : words;
    return refused("usage", `"${key}" is no key`, hint);
  }
  const variable = variableOf(key);
  // Tables archive the old key, and an archived key holds its variable for ever.
  if (own !== null && own !== key && variableOf(own) === variable) {
    const message = `${key} would have the environment variable ${variable}, which stays with ${own}`;
    return refused("usage", message, "choose a key that differs in more than - and _");
  }
  for (const { path } of files) {
    const other = keyOfPath(path);
    if (!path.endsWith(".yaml") || path.split("/").some((part) => part.startsWith("_")) || other === own) continue;
    if (other === key) return refused("usage", `there is a flag ${key} already: ${path}`, "choose another key");
    if (variableOf(other) === variable) {
      const message = `${key} would have the environment variable ${variable}, as ${other} has`;
      return refused("usage", message, "choose a key that differs in more than - and _");
    }
  }
  return undefined;
}

/** Keys that are gone and whose environment variable a new key would take over, from the paths that history removed. */
export function formerHolders(key: FlagKey, removed: Iterable<string>): readonly FlagKey[] {
  const variable = variableOf(key);
  const former = [...removed].filter(
    (path) => path.endsWith(".yaml") && !path.split("/").some((part) => part.startsWith("_")),
  );
  return [...new Set(former.map(keyOfPath))].filter((other) => variableOf(other) === variable);
}
