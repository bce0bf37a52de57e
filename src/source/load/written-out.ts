import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { listOf } from "./lists.ts";
import type { Problem } from "./parsed-file.ts";

/** How large a condition is once its segments are written out in it. */
export interface Extent {
  /** Attributes, segments and groups, each as often as it stands there. */
  readonly parts: number;
  /** Steps from the outside to the innermost part. */
  readonly depth: number;
}

/** A row must stay readable: ten thousand parts are far beyond what people write, and far below what a segment of segments can grow to. */
const MOST_PARTS = 10_000;
/** Below what the reader of rows follows. */
const MOST_DEPTH = 32;

/** Measures without writing out: a segment that names two, each of which names two, … doubles with every step. */
export function extentOf(condition: JsonObject, extentOfSegment: (name: string) => Extent | undefined): Extent {
  let parts = 1;
  let depth = 0;
  const add = (extent: Extent | undefined): void => {
    parts += extent?.parts ?? 0;
    depth = Math.max(depth, (extent?.depth ?? 0) + 2);
  };
  for (const [key, value] of Object.entries(condition)) {
    parts += 1;
    depth = Math.max(depth, 1);
    if (key === "segment")
      for (const name of listOf(value)) add(typeof name === "string" ? extentOfSegment(name) : undefined);
    else if (key === "any" || key === "all" || key === "none") {
      for (const part of listOf(value)) if (isJsonObject(part)) add(extentOf(part, extentOfSegment));
    }
  }
  return { parts, depth };
}

/** Why a condition of this extent is refused; undefined when it is not. */
export function extentProblem(whose: string, { parts, depth }: Extent): Problem | undefined {
  if (depth > MOST_DEPTH) {
    const message = `${whose} is ${depth} deep once its segments are written out, at most ${MOST_DEPTH} are read`;
    return { code: "too-deep", message, hint: "let segments name fewer segments" };
  }
  if (parts <= MOST_PARTS) return undefined;
  const message = `${whose} has more than ${MOST_PARTS} parts once its segments are written out`;
  return { code: "too-large", message, hint: "let segments name fewer segments" };
}
