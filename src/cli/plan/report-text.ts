import { countText, counted } from "../../core/text.ts";
import type { PopulationNote } from "../../impact/population.ts";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../impact/report.ts";
import type { Style } from "../terminal/io.ts";
import { flipLines, flippedText } from "./flips-text.ts";
import { byWhom, COLOURS, fate, needsText, problemText, shortCommit, SIGNS } from "./plan-text.ts";
import { padded } from "../terminal/table.ts";
import { wrapped } from "../terminal/wrapped.ts";

export interface ReportView {
  readonly now: Date;
  readonly style: Style;
  /** Of the terminal; undefined where lines may have any length. */
  readonly columns?: number | undefined;
}

/** A change report for people: environment by environment what changes and who flips, then what the figures rest on. */
export function reportText(report: ChangeReport, view: ReportView): string {
  const isTold = ({ flags, problems, needs, byHand }: EnvironmentReport) =>
    flags.length + problems.length + needs.length + (byHand?.length ?? 0) > 0;
  const told = report.environments.filter(isTold);
  const quiet = report.environments.filter((each) => !isTold(each)).map(({ environment }) => environment);
  const blocks = [
    ...told.map((environment) => environmentText(environment, report, view)),
    quiet.length === 0 ? "" : paragraph(`Nothing changes in ${quiet.join(", ")} against ${report.from.ref}.`, view),
    told.some(asksPeople) ? paragraph(peopleText(report.population), view) : "",
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function environmentText(environment: EnvironmentReport, report: ChangeReport, view: ReportView): string {
  const { flags, problems, byHand } = environment;
  const keys = [...flags, ...(byHand ?? [])].map(({ key }) => key.length);
  const width = Math.min(40, Math.max(0, ...keys));
  const blocks = [
    paragraph(titleText(environment, report), view),
    problems.map((problem) => problemText(problem, view.style)).join("\n"),
    flags.map((flag) => flagText(flag, width, view)).join("\n"),
    handText(environment, width, view),
    paragraph(countsText(environment), view),
    needsText({ ...environment, changes: flags }),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** The answer first: which environment, how many flip, between which states. */
function titleText({ environment, flipped, flags }: EnvironmentReport, { from, to }: ChangeReport): string {
  const next = to.commit === null ? "the work tree" : shortCommit(to.commit);
  const commit = from.commit === null ? "" : ` (${shortCommit(from.commit)})`;
  const people = flags.length === 0 ? "nothing changes" : flippedText(flipped);
  return `${environment}: ${people}   ${from.ref}${commit} → ${next}`;
}

function flagText(flag: FlagReport, width: number, { style, columns }: ReportView): string {
  const { key, action, path } = flag;
  const sign = action === "reached" ? style("cyan", ">") : style(COLOURS[action], SIGNS[action]);
  const lines = linesOf(flag, style);
  const indent = " ".repeat(width + 4);
  const room = roomBeside(indent, columns);
  const told = [...lines, ...(path === null ? [] : [style("dim", path)])].flatMap((line) => fitted(line, room));
  return [`${sign} ${padded(key, width)}  ${told[0] ?? ""}`, ...told.slice(1).map((line) => indent + line)].join("\n");
}

function roomBeside(indent: string, columns = Infinity): number {
  return Math.max(30, columns - indent.length);
}

function paragraph(text: string, { columns = Infinity }: ReportView): string {
  return text
    .split("\n")
    .flatMap((line) => fitted(line, columns))
    .join("\n");
}

/** A line below another that it belongs to keeps its distance. */
function fitted(line: string, room: number): readonly string[] {
  if (!Number.isFinite(room)) return [line];
  const [start = ""] = /^ */.exec(line) ?? [];
  return wrapped(line.trimStart(), room - start.length).map((part) => start + part);
}

function linesOf(
  { action, differences, via, kind, flips, needs, warnings }: FlagReport,
  style: Style,
): readonly string[] {
  const told = differences.map(({ text }) => text);
  const through = via.length === 0 ? [] : [`via ${via.join(", ")}`];
  const reshuffled = kind === "reshuffle" ? [style("yellow", "reshuffle: people move for no visible reason")] : [];
  return [
    ...(action === "reached" ? [`as it was, but ${via.join(", ")}`] : [...told, ...through]),
    ...flipLines({ flips, kind, action }),
    ...reshuffled,
    ...needs.map(({ acknowledged, text }) =>
      acknowledged ? `acknowledged: ${text}` : style("yellow", `needs acknowledgement: ${text}`),
    ),
    ...warnings.map(({ text }) => style("yellow", `! ${text}`)),
  ];
}

/** What was written to the table by hand, flag by flag; empty where no table was read. */
function handText({ byHand }: EnvironmentReport, width: number, { now, style, columns }: ReportView): string {
  const indent = " ".repeat(width + 4);
  return (byHand ?? [])
    .map((edit) => {
      const told = fitted(`${edit.text}${byWhom(edit.by, now)}: ${fate(edit)}`, roomBeside(indent, columns));
      return `${style("yellow", "!")} ${padded(edit.key, width)}  ${told.join(`\n${indent}`)}`;
    })
    .join("\n");
}

const ACTIONS = [
  ["create", "to create"],
  ["update", "to update"],
  ["restore", "to restore"],
  ["archive", "to archive"],
  ["reached", "reached through what they require"],
] as const;

function countsText({ flags, unchanged }: EnvironmentReport): string {
  const parts = ACTIONS.map(([action, what]) => [flags.filter((flag) => flag.action === action).length, what] as const);
  return [
    ...parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
    `${unchanged} unchanged`,
  ].join(", ");
}

function asksPeople({ flags }: EnvironmentReport): boolean {
  return flags.some(({ flips }) => flips.method !== "exact");
}

/** How the people were come by. */
function peopleText({ source, size, seed, file, guessed }: PopulationNote): string {
  if (source === "file") return `Asked: ${counted(size, "context")} of ${file ?? "a file"}.`;
  const made = `Asked: ${countText(size)} people made from the declared attributes${seed === null ? "" : ` (seed ${seed})`}.`;
  if (guessed.length === 0) return made;
  return `${made} How common values are is a guess for ${guessed.join(", ")}:\ndeclare their values and weights in flags/_config.yaml, or hand in real people with --contexts.`;
}
