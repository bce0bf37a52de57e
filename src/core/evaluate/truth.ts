/**
 * A truth value of Kleene's three-valued logic. Unknown means that an attribute is missing or has a different type. A
 * condition matches only if it is true.
 */
export type Truth = boolean | "unknown";

/** Returns the opposite; the opposite of unknown is unknown. */
export function not(truth: Truth): Truth {
  return truth === "unknown" ? truth : !truth;
}

/** Returns whether both hold: false if one is false, regardless of the other. */
export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === true ? b : a;
}

/** Returns whether at least one holds: true if one is true, regardless of the other. */
export function or(a: Truth, b: Truth): Truth {
  if (a === true || b === true) return true;
  return a === false ? b : a;
}
