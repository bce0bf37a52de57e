/** Kleene's three values. Unknown: an attribute is missing or of another type. Only true matches. */
export type Truth = boolean | "unknown";

export function not(truth: Truth): Truth {
  return truth === "unknown" ? truth : !truth;
}

/** Both: false as soon as one is false, whatever the other is. */
export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === true ? b : a;
}

/** At least one: true as soon as one is true, whatever the other is. */
export function or(a: Truth, b: Truth): Truth {
  if (a === true || b === true) return true;
  return a === false ? b : a;
}
