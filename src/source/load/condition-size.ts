import { isJsonObject, listOf, type JsonObject } from "../../core/json.ts";
import type { Problem } from "./parsed-file.ts";

/** The size of a condition once the segments that it names are written out in it. */
export interface ConditionSize {
  /** Attributes, segments and groups, each counted as often as it occurs. */
  readonly parts: number;
  /** The number of steps from the outside to the innermost part. */
  readonly depth: number;
}

/** The maximum number of parts: people write far fewer, but segments that name segments could make a row unreadable. */
const MAX_PARTS = 10_000;
/** The maximum depth, which is less than the depth that readers of rows accept. */
const MAX_CONDITION_DEPTH = 32;

/**
 * Measures a condition without writing its segments out: if each segment names two others, the written-out size doubles
 * with every level.
 */
export function sizeOf(
  condition: JsonObject,
  sizeOfSegment: (name: string) => ConditionSize | undefined,
): ConditionSize {
  let parts = 1;
  let depth = 0;
  const add = (size: ConditionSize | undefined): void => {
    parts += size?.parts ?? 0;
    depth = Math.max(depth, (size?.depth ?? 0) + 2);
  };
  for (const [key, value] of Object.entries(condition)) {
    parts += 1;
    depth = Math.max(depth, 1);
    if (key === "segment")
      for (const name of listOf(value)) add(typeof name === "string" ? sizeOfSegment(name) : undefined);
    else if (key === "any" || key === "all" || key === "none") {
      for (const part of listOf(value)) if (isJsonObject(part)) add(sizeOf(part, sizeOfSegment));
    }
  }
  return { parts, depth };
}

/**
 * Returns why a condition of this size is refused; undefined if it is accepted.
 *
 * @param owner  whose condition it is, e.g. `rule "beta"`
 */
export function sizeProblem(owner: string, { parts, depth }: ConditionSize): Problem | undefined {
  const hint = "use fewer segments inside the segments that it names";
  if (depth > MAX_CONDITION_DEPTH) {
    const message = `${owner} is nested ${depth} levels deep with its segments written out; at most ${MAX_CONDITION_DEPTH} are allowed`;
    return { code: "too-deep", message, hint };
  }
  if (parts <= MAX_PARTS) return undefined;
  const message = `${owner} has more than ${MAX_PARTS} parts with its segments written out`;
  return { code: "too-large", message, hint };
}
