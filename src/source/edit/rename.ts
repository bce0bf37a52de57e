import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { canonicalJson } from "../../core/json.ts";
import { loadFlags } from "../load/load.ts";
import { mapJson } from "../load/tree.ts";
import { editableFlag, type FlagTree, newErrors, newFailures } from "./edit-flag.ts";
import { type EditResult, type FileEdit, refused, refusedBy } from "./edit-result.ts";
import { fieldOrder } from "./field-order.ts";
import { keyProblem } from "./key-problem.ts";
import { rewritten, rootOf } from "./rewrite.ts";
import { spliced } from "./splice.ts";

/**
 * Gives a flag another key: its file is moved, the old key stays as its salt so that nobody changes sides, and flags that
 * require it ask for the new key. Acknowledgements go: they stood for the old key.
 */
export function renameFlag(tree: FlagTree, key: FlagKey, next: string): EditResult {
  const flag = editableFlag(tree, key);
  if (!("path" in flag)) return flag;
  if (key === next) return refused("usage", `${key} has that key already`, `hoist rename ${key} NEW_KEY`);
  const problem = keyProblem(tree, next, key);
  if (problem !== undefined) return problem;

  const { loaded: before } = tree;
  const environments = before.config?.environments.map(({ name }) => name) ?? [];
  const text = flag.parsed.text;
  const root = rootOf(text);
  const { acknowledge: _, ...json } = root === undefined ? {} : mapJson(root);
  const own = root && rewritten(text, { salt: key, ...json }, fieldOrder(environments));
  if (own === undefined) {
    return refused("invalid", `${flag.path} is laid out in a way that this edit cannot follow`, "rename it by hand");
  }
  const to = `${flag.path.slice(0, flag.path.lastIndexOf("/") + 1)}${next}.yaml`;
  const edits: FileEdit[] = [{ from: flag.path, to, before: text, after: own }];
  for (const { path, parsed } of before.flags) {
    const after = withRequirement(parsed.text, key, next);
    if (path !== flag.path && after !== undefined) edits.push({ from: path, to: path, before: parsed.text, after });
  }
  const after = loadFlags(filesAfter(tree, edits));
  const [error] = newErrors(before, after);
  if (error !== undefined) return refusedBy(error, "nothing was written, a file would have an error");
  const isExact = ["", ...environments].every((name) => {
    return (
      canonicalJson(flagsOf(before.flagsFor(name || null), key, next)) ===
      canonicalJson(flagsOf(after.flagsFor(name || null)))
    );
  });
  if (!isExact)
    return refused("invalid", `${key} cannot be renamed without changing more than its key`, "rename it by hand");
  return {
    ok: true,
    edits,
    before,
    after,
    voided: Object.keys(flag.acknowledge),
    failures: newFailures(before, after, next),
  };
}

function filesAfter({ files }: FlagTree, edits: readonly FileEdit[]): FlagTree["files"] {
  return files.map((file) => {
    const edit = edits.find(({ from }) => from === file.path);
    return edit === undefined ? file : { path: edit.to, kind: "file", bytes: new TextEncoder().encode(edit.after) };
  });
}

/** The text with the key of a requirement exchanged, in the quotes that stand there; undefined where it requires no such flag. */
function withRequirement(text: string, key: FlagKey, next: FlagKey): string | undefined {
  const requires = rootOf(text)?.entries.get("requires")?.value;
  const span = requires?.kind === "map" ? requires.entries.get(key)?.key : undefined;
  if (span === undefined) return undefined;
  const quote = /^["']/.exec(text.slice(span.start, span.end))?.[0] ?? "";
  return spliced(text, [{ ...span, text: `${quote}${next}${quote}` }]);
}

/** All flags as text, by key; `key` counts as `next`. */
function flagsOf(flags: ReadonlyMap<FlagKey, Flag>, key?: FlagKey, next?: FlagKey): Readonly<Record<FlagKey, string>> {
  const named = (name: FlagKey) => (name === key && next !== undefined ? next : name);
  const all = [...flags.values()].map((flag): readonly [FlagKey, string] => {
    const requires = flag.requires.map((each) => ({ ...each, flag: named(each.flag) }));
    return [named(flag.key), JSON.stringify({ ...flag, key: named(flag.key), requires })];
  });
  return Object.fromEntries(all);
}
