import type { FlagKey } from "../../core/flag/flag.ts";

/** Flag keys, and the names of segments and environments. */
export const KEY_PATTERN = /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/;
export const MAX_KEY_LENGTH = 64;

/** `checkout_button` of `flags/shop/checkout_button.yaml`: the file's name without its ending. */
export function keyOfPath(path: string): FlagKey {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.yaml$/, "");
}

/** Whether a text can be a key at all. */
export function isKey(text: string): boolean {
  return KEY_PATTERN.test(text) && text.length <= MAX_KEY_LENGTH && !(text in {});
}
