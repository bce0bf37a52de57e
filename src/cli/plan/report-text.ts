import { differenceText } from "../../core/describe/describe-difference.ts";
import { countText, counted } from "../../core/text.ts";
import type { PopulationNote } from "../../impact/population.ts";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../impact/report.ts";
import type { Style, View } from "../terminal/io.ts";
import { flipLines, flippedText } from "./flips-text.ts";
import {
  actionCounts,
  COLOURS,
  comparedText,
  manualChangeLine,
  needText,
  needsText,
  problemText,
  SIGNS,
  TO_DO,
} from "./plan-text.ts";
import { padded, wrapped } from "../terminal/layout.ts";

/** Renders a change report: what changes and for whom in each environment, then which people were evaluated. */
export function reportText(report: ChangeReport, view: View): string {
  const isShown = ({ flags, problems, needs, manualChanges }: EnvironmentReport) =>
    flags.length + problems.length + needs.length + (manualChanges?.length ?? 0) > 0;
  const shown = report.environments.filter(isShown);
  const quiet = report.environments.filter((each) => !isShown(each)).map(({ environment }) => environment);
  const blocks = [
    ...shown.map((environment) => environmentText(environment, report, view)),
    quiet.length === 0 ? "" : paragraph(`Nothing changes in ${quiet.join(", ")} against ${report.from.ref}.`, view),
    shown.some(isEstimated) ? paragraph(populationText(report.population), view) : "",
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function environmentText(environment: EnvironmentReport, report: ChangeReport, view: View): string {
  const { flags, problems, manualChanges } = environment;
  const keys = [...flags, ...(manualChanges ?? [])].map(({ key }) => key.length);
  const width = Math.min(40, Math.max(0, ...keys));
  const blocks = [
    paragraph(titleText(environment, report), view),
    problems.map((problem) => problemText(problem, view.style)).join("\n"),
    flags.map((flag) => flagText(flag, width, view)).join("\n"),
    manualChangesText(environment, width, view),
    paragraph(countsText(environment), view),
    needsText({ ...environment, changes: flags }),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** Returns the environment, how many people get a different answer, and the compared commits. */
function titleText(report: EnvironmentReport, { from, to }: ChangeReport): string {
  const { environment, flags } = report;
  const people = flags.length === 0 ? "nothing changes" : flippedText(report);
  return `${environment}: ${people}   ${comparedText(from.ref, from, to)}`;
}

function flagText(flag: FlagReport, width: number, { style, columns }: View): string {
  const { key, action, path } = flag;
  const sign = action === "reached" ? style("cyan", ">") : style(COLOURS[action], SIGNS[action]);
  const lines = [...linesOf(flag, style), ...(path === null ? [] : [style("dim", path)])];
  return keyedText(`${sign} ${padded(key, width)}`, lines, width, columns);
}

/** Puts wrapped lines beside a sign and a key. */
function keyedText(start: string, lines: readonly string[], width: number, columns = Infinity): string {
  const indent = " ".repeat(width + 4);
  const room = Math.max(30, columns - indent.length);
  return `${start}  ${lines.flatMap((line) => fitted(line, room)).join(`\n${indent}`)}`;
}

function paragraph(text: string, { columns = Infinity }: View): string {
  return text
    .split("\n")
    .flatMap((line) => fitted(line, columns))
    .join("\n");
}

/** Wraps a line; its continuation lines keep its indentation. */
function fitted(line: string, room: number): readonly string[] {
  if (!Number.isFinite(room)) return [line];
  const [start = ""] = /^ */.exec(line) ?? [];
  return wrapped(line.trimStart(), room - start.length).map((part) => start + part);
}

function linesOf(flag: FlagReport, style: Style): readonly string[] {
  const { action, differences, via, kind, needs, warnings } = flag;
  const through = via.length === 0 ? [] : [`via ${via.join(", ")}`];
  return [
    ...(action === "reached"
      ? [`unchanged itself, but ${via.join(", ")}`]
      : [...differences.map(differenceText), ...through]),
    ...flipLines(flag),
    ...(kind === "reshuffle" ? [style("yellow", "reshuffle: subjects are assigned to other buckets or variants")] : []),
    ...needs.map((need) => needText(need, style)),
    ...warnings.map(({ text }) => style("yellow", `! ${text}`)),
  ];
}

/** Lists the manual changes to the table; "" when no table was read. */
function manualChangesText({ manualChanges }: EnvironmentReport, width: number, { now, style, columns }: View): string {
  const start = (key: string) => `${style("yellow", "!")} ${padded(key, width)}`;
  return (manualChanges ?? [])
    .map((change) => keyedText(start(change.key), [manualChangeLine(change, now)], width, columns))
    .join("\n");
}

function countsText({ flags, unchanged }: EnvironmentReport): string {
  const counts = actionCounts(flags, { ...TO_DO, reached: "affected through their requirements" });
  return [...counts, `${unchanged} unchanged`].join(", ");
}

function isEstimated({ flags }: EnvironmentReport): boolean {
  return flags.some(({ flips }) => flips.method !== "exact");
}

/** Describes the people who were evaluated. */
function populationText({ source, size, seed, file, guessed }: PopulationNote): string {
  if (source === "file") return `Evaluated for ${counted(size, "context")} from ${file ?? "a file"}.`;
  const seeded = seed === null ? "" : ` (seed ${seed})`;
  const generated = `Evaluated for ${countText(size)} people generated from the declared attributes${seeded}.`;
  if (guessed.length === 0) return generated;
  return `${generated} The frequency of the values of ${guessed.join(", ")} is a guess.\nFor better figures, declare values and weights in flags/_config.yaml, or pass real contexts with --contexts.`;
}
