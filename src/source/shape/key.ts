import type { FlagKey } from "../../core/flag/flag.ts";
import { isInherited } from "../../core/own.ts";

/** Matches flag keys and the names of segments and environments. */
export const KEY_PATTERN = /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/;
export const MAX_KEY_LENGTH = 64;

/** Returns the key that a path names: `checkout_button` for `flags/shop/checkout_button.yaml`. */
export function keyOfPath(path: string): FlagKey {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.yaml$/, "");
}

/** Returns whether a text is a valid key. */
export function isKey(text: string): boolean {
  return KEY_PATTERN.test(text) && text.length <= MAX_KEY_LENGTH && !isInherited(text);
}
