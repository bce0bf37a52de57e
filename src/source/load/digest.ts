import { createHash } from "node:crypto";

/** Returns eight hexadecimal digits that identify a text: short enough to type, long enough to avoid collisions. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
