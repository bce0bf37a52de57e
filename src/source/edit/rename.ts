import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { sameJson } from "../../core/json.ts";
import { findFlag } from "./edit-flag.ts";
import { type Edited, type FileEdit, refused } from "./edit-result.ts";
import { fieldOrder } from "./field-order.ts";
import { checkEdits, environmentsOf, type FlagTree } from "./flag-tree.ts";
import { keyProblem } from "./key-problem.ts";
import { rewritten, rootOf } from "./rewrite.ts";
import { spliced } from "./splice.ts";

/**
 * Gives a flag a different key. Its file is moved, the old key stays as its salt so that every subject keeps its
 * bucket, and flags that require it name the new key. Acknowledgements are removed, because they were given for the old
 * key.
 */
export function renameFlag(tree: FlagTree, key: FlagKey, next: FlagKey): Edited {
  const { flag, json: found } = findFlag(tree, key);
  if (key === next) throw refused("USAGE", `${key} already has this key`, `hoist rename ${key} NEW_KEY`);
  const problem = keyProblem(tree, next, key);
  if (problem !== undefined) throw problem;

  const environments = environmentsOf(tree.loaded);
  const { acknowledge: _, ...json } = found;
  const before = flag.parsed.text;
  const after = rewritten(before, { salt: key, ...json }, fieldOrder(environments));
  if (after === undefined) {
    throw refused("INVALID_FLAGS", `the layout of ${flag.path} does not allow this edit`, "rename the file yourself");
  }
  const to = `${flag.path.slice(0, flag.path.lastIndexOf("/") + 1)}${next}.yaml`;
  const edits: FileEdit[] = [{ from: flag.path, to, before, after }];
  for (const { path, parsed } of tree.loaded.flags) {
    const text = withRequirement(parsed.text, key, next);
    if (path !== flag.path && text !== undefined)
      edits.push({ from: path, to: path, before: parsed.text, after: text });
  }
  const voided = Object.keys(flag.acknowledge);
  const result = checkEdits(tree, { key: next, formerKey: key, edits, voided });
  const isExact = [null, ...environments].every((name) => {
    const [was, is] = [result.before.flagsFor(name), result.after.flagsFor(name)];
    return sameJson(flagTexts(was, key, next), flagTexts(is, next, next));
  });
  if (isExact) return result;
  throw refused("INVALID_FLAGS", `${key} cannot be renamed without changing more than its key`, "rename it yourself");
}

/** Replaces the key in `requires`, in the quotes that it has there; undefined for a flag that does not require it. */
function withRequirement(text: string, key: FlagKey, next: FlagKey): string | undefined {
  const requires = rootOf(text)?.entries.get("requires")?.value;
  const span = requires?.kind === "map" ? requires.entries.get(key)?.key : undefined;
  if (span === undefined) return undefined;
  const quote = /^["']/.exec(text.slice(span.start, span.end))?.[0] ?? "";
  return spliced(text, [{ ...span, text: `${quote}${next}${quote}` }]);
}

/** Returns all flags as text, by key, with `key` replaced by `next`. */
function flagTexts(flags: ReadonlyMap<FlagKey, Flag>, key: FlagKey, next: FlagKey): Readonly<Record<FlagKey, string>> {
  const renamed = (name: FlagKey) => (name === key ? next : name);
  const all = [...flags.values()].map((flag): readonly [FlagKey, string] => {
    const requires = flag.requires.map((each) => ({ ...each, flag: renamed(each.flag) }));
    return [renamed(flag.key), JSON.stringify({ ...flag, key: renamed(flag.key), requires })];
  });
  return Object.fromEntries(all);
}
