import { andText, articleOf, orText } from "../core/text.ts";
import type { Measured } from "./margin.ts";
import type { Assumption, Flips } from "./report.ts";

/**
 * Returns a share of people as a percentage: `40.0 %`, `100 %`, `0.004 %`. Only nobody is shown as 0 %, and only
 * everyone as 100 %.
 */
export function percentText(share: number): string {
  const percent = share * 100;
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  if (percent < 0.0005) return "< 0.001 %";
  if (percent > 99.9995) return "> 99.999 %";
  return `${percent.toFixed(percent < 0.05 || percent >= 99.95 ? 3 : 1)} %`;
}

/** Returns `40.0 %` for an exact share, otherwise `8.1 % (± 0.5)` with the margin in points. */
export function measuredText({ share, margin }: Measured): string {
  if (margin === 0) return percentText(share);
  return `${percentText(share)} (${marginText(margin)})`;
}

/** Returns a margin in points, rounded up: `± 0.5`. */
export function marginText(margin: number): string {
  const points = margin * 100;
  const digits = points < 0.05 ? 2 : 1;
  return `± ${(Math.ceil(points * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits)}`;
}

/** Returns a name as a view shows it. */
type NameText = (name: string) => string;

const asItIs: NameText = (name) => name;

/** Returns `people`, or `people who have a userId` for a figure that takes everyone to have one. */
export function peopleWithText(among: readonly string[], nameText: NameText = asItIs): string {
  const names = among.map((name) => `${articleOf(name)} ${nameText(name)}`);
  return names.length === 0 ? "people" : `people who have ${andText(names)}`;
}

/** Returns why a figure is a guess: `a guess, because country declares no values`. */
export function guessText(guessed: readonly string[], nameText: NameText = asItIs): string {
  return `a guess, because ${andText(guessed.map(nameText))} ${guessed.length === 1 ? "declares" : "declare"} no values`;
}

/** Returns what a figure takes for granted: `everyone has one userRole; nobody has a listed userId`; "" for nothing. */
export function assumedText(assumed: readonly Assumption[], nameText: NameText = asItIs): string {
  return assumed.map(({ kind, attributes }) => ASSUMED[kind](attributes.map(nameText))).join("; ");
}

const ASSUMED: Readonly<Record<Assumption["kind"], (names: readonly string[]) => string>> = {
  "one-value": (names) => `everyone has one ${andText(names)}`,
  independent: (names) => `${andText(names)} are independent of each other`,
  unlisted: (names) => `nobody has a listed ${orText(names)}`,
};

/** A share of people, with the attributes that it takes them to have and those whose frequencies are a guess. */
export interface PeopleFigure extends Measured, Pick<Flips, "among" | "guessed"> {}

/** Returns `nobody`, `everyone`, or a share `of people`. */
export function peopleText({ share, margin, among, guessed }: PeopleFigure, nameText: NameText = asItIs): string {
  const people = peopleWithText(margin === 0 ? among : [], nameText);
  if (share === 0 && margin > 0) return `nobody in the sample (at most ${percentText(margin)})`;
  if (share === 0) return people === "people" ? "nobody" : `none of the ${people}`;
  if (share === 1 && margin === 0) return people === "people" ? "everyone" : `all ${people}`;
  if (guessed.length > 0) return `${percentText(share)} of people (${guessText(guessed, nameText)})`;
  return `${measuredText({ share, margin })} of ${people}`;
}
