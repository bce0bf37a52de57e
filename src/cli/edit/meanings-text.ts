import type { Meaning } from "../../source/edit/meanings.ts";
import { padded } from "../terminal/table.ts";

/** What an edit changes, one line each, after the environments in which it does. */
export function meaningsText(meanings: readonly Meaning[]): string {
  const width = Math.max(0, ...meanings.map(({ where }) => where.length));
  return meanings
    .flatMap(({ where, texts }) => texts.map((text, index) => `${padded(index === 0 ? where : "", width)}  ${text}`))
    .join("\n");
}
