/**
 * Returns whether a text matches a pattern whose only wildcard is `*`, which stands for any run of characters, also none.
 * Every other character stands for itself, so `workshop_*` does not match `workshops_beta`. Takes at most
 * text.length × pattern.length steps.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return text === pattern;
  if (!text.startsWith(start) || !text.endsWith(end)) return false;
  // Between both ends, each part is taken where it comes first: that leaves the most room for the parts after it.
  let from = start.length;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - end.length;
}
