import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import { loadFlags } from "../../source/load/load.ts";
import { readWorkTree } from "../../source/load/work-tree.ts";

/**
 * Attributes from a command line, each of the type that `flags/_config.yaml` declares: `appVersion=5.6` is a version, not a
 * number. Where it declares none, what looks like a number, true, false or a JSON list is taken for one.
 */
export async function typedContext(
  folder: string,
  attributes: Readonly<Record<string, string>>,
): Promise<EvaluationContext> {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return {};
  const files = await readWorkTree(folder);
  const { config } = loadFlags(files.filter(({ path }) => path === "flags/_config.yaml"));
  return Object.fromEntries(entries.map(([name, text]) => [name, typed(text, config?.attributes.get(name)?.type)]));
}

function typed(text: string, type: string | undefined): unknown {
  const isText = type === "string" || type === "version" || type === "date";
  if (isText && !text.startsWith("[")) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? text : value;
  } catch {
    return text;
  }
}
