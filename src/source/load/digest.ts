import { createHash } from "node:crypto";

/** Eight hexadecimal digits that stand for a text: short enough to type, long enough not to be met by chance. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
