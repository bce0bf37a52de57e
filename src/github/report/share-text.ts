import { peopleText } from "../../impact/people-text.ts";
import type { EnvironmentReport } from "../../impact/report.ts";
import { figureText, nameText } from "./words.ts";

type EnvironmentFigure = Pick<EnvironmentReport, "flipped" | "among" | "guessed">;

/** Returns whether it is certain that nobody at all gets a different answer in an environment. */
export function isNobody({ flipped, among }: EnvironmentFigure): boolean {
  return flipped.share === 0 && flipped.margin === 0 && among.length === 0;
}

/** Returns how many people get a different answer in an environment, as Markdown. */
export function shareText({ flipped, among, guessed }: EnvironmentFigure): string {
  return figureText(peopleText({ ...flipped, among, guessed }, nameText));
}
