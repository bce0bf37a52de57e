import type { FlagKey } from "../core/flag/flag.ts";
import { clipped } from "./report/escape.ts";
import type { Meaning } from "../source/edit/meanings.ts";
import { plain } from "./plain.ts";

/** What GitHub shows of a subject without cutting it, give or take. */
const LONGEST = 100;

/** One line of what a change means: `workshop_routing: 10 % → 50 % of everybody in production`. */
export function titleOf(key: FlagKey, formerKey: FlagKey, isNew: boolean, meanings: readonly Meaning[]): string {
  if (isNew) return `${key}: a new flag`;
  if (key !== formerKey) return `${formerKey} → ${key}: another key, the same answers`;
  const texts = meanings.map(({ where, texts }) => `${texts.map(plain).join("; ")}${placeText(where)}`);
  if (texts.length === 0) return `${key}: edited, with the same answers`;
  const whole = `${key}: ${texts.join(" · ")}`;
  // The last environment in the order of promotion is the one that matters most.
  const first = meanings.at(-1);
  if (whole.length <= LONGEST || first === undefined) return clipped(whole, LONGEST);
  const count = meanings.reduce((sum, each) => sum + each.texts.length, 0) - 1;
  const more = count === 0 ? "" : ` and ${count} more`;
  const ending = `${placeText(first.where)}${more}`;
  const start = `${key}: ${plain(first.texts[0] ?? "")}`;
  return `${clipped(start, Math.max(LONGEST - ending.length, key.length + 12))}${ending}`;
}

function placeText(where: string): string {
  return where === "everywhere" ? "" : ` in ${where}`;
}
