/**
 * Whether a text matches a pattern whose only wildcard is `*`, any run of characters, also none. Every other character
 * stands for itself, so `workshop_*` does not match `workshops_beta`. Takes at most text.length × pattern.length steps.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  // Where the last star stood, and how much of the text it has swallowed so far: the only place to go back to.
  let star = -1;
  let swallowed = 0;
  while (from < text.length) {
    if (pattern[at] === "*") {
      star = at;
      swallowed = from;
      at += 1;
    } else if (pattern[at] === text[from]) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      swallowed += 1;
      at = star + 1;
      from = swallowed;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
