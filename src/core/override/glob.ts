/**
 * Returns whether a text matches a pattern whose only wildcard is `*`, which matches any number of characters,
 * including none. Every other character matches itself, so `workshop_*` does not match `workshops_beta`. Takes at most
 * text.length × pattern.length steps.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return text === pattern;
  if (!text.startsWith(start) || !text.endsWith(end)) return false;
  // Between both ends, each part is matched where it first occurs, which leaves the most room for later parts.
  let from = start.length;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - end.length;
}
