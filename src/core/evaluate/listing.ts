import { attributeOf, subjectText } from "../flag/attribute.ts";
import type { EvaluationContext } from "./evaluation.ts";

/** Whether a context is on a list of roles or ids. @throws whatever a getter or a proxy in the context throws */
export type Listing = (context: EvaluationContext) => boolean;

/** Ids are compared as text, so that 42 is on the list that says "42"; of a list-valued attribute one has to be listed. */
export function listing(attribute: string, listed: readonly string[]): Listing {
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

/** On at least one of them. */
export function anyListing(lists: Readonly<Record<string, readonly string[]>>): Listing {
  const listings = Object.entries(lists).map(([attribute, listed]) => listing(attribute, listed));
  const [only] = listings;
  if (only && listings.length === 1) return only;
  return (context) => listings.some((isOn) => isOn(context));
}
