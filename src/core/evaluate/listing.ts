import { attributeOf, subjectText } from "../flag/attribute.ts";
import type { Lists } from "../flag/serving-rules.ts";
import type { EvaluationContext } from "./evaluation.ts";

/** Returns whether a context is on a list of roles or ids. @throws whatever a getter or a proxy in the context throws */
type Listing = (context: EvaluationContext) => boolean;

/** Compiles the lists of a default rollout: true for a context that is on at least one of them. */
export function anyListing(lists: Lists): Listing {
  const listings = Object.entries(lists).map(([attribute, listed]) => listing(attribute, listed));
  const [only] = listings;
  if (only && listings.length === 1) return only;
  return (context) => listings.some((isOn) => isOn(context));
}

/** Compares ids as text, so that 42 is on the list that says "42"; of a list-valued attribute one has to be listed. */
function listing(attribute: string, listed: readonly string[]): Listing {
  const texts = new Set(listed);
  const isListed = (value: unknown) => {
    const text = subjectText(value);
    return text !== undefined && texts.has(text);
  };
  return (context) => {
    const value = attributeOf(context, attribute);
    return typeof value === "object" && Array.isArray(value) ? isAnyListed(value, isListed) : isListed(value);
  };
}

// By index: a caller's list may bring an iterator that never ends.
function isAnyListed(values: readonly unknown[], isListed: (value: unknown) => boolean): boolean {
  for (let index = 0; index < values.length; index += 1) {
    if (isListed(values[index])) return true;
  }
  return false;
}
