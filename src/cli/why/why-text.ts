import type { ConditionTrace } from "../../core/evaluate/condition-trace.ts";
import type { Evaluation } from "../../core/evaluate/evaluation.ts";
import type { PortionTrace, ServeTrace } from "../../core/evaluate/serve-trace.ts";
import type { Decision } from "../../core/override/override-resolve.ts";
import type { Trace, TraceStep } from "../../core/evaluate/trace.ts";
import { listText, shareText } from "../../core/describe/wording.ts";
import type { Style } from "../terminal/io.ts";
import { tableText, wrapped } from "../terminal/layout.ts";

/** An answer with every step that led to it. */
export interface ExplainedAnswer {
  readonly trace: Trace;
  /** Where the flags were read: the table at a revision, or the files. */
  readonly source: string;
  /** The flag's file and the last change to its row. */
  readonly provenance: string;
}

/** Formats the answer, then every step that led to it. */
export function whyText({ trace, source, provenance }: ExplainedAnswer, style: Style, columns = Infinity): string {
  const { evaluation, steps } = trace;
  const rows = steps.map(stepRow);
  const column = 4 + Math.max(...rows.map(([step]) => step.length));
  return [
    `${style("bold", JSON.stringify(evaluation.value))}   (${[...answerFacts(evaluation), source].join(", ")})`,
    "",
    tableText(
      rows.flatMap(([step, text]) => foldedRow(step, text, columns - column)),
      "  ",
    ),
    ...(provenance === "" ? [] : ["", ...wrapped(provenance, columns - 2).map((line) => `  ${style("dim", line)}`)]),
  ].join("\n");
}

/** Wraps a step over several lines; its name is on the first line. */
function foldedRow(step: string, text: string, room: number): readonly (readonly [string, string])[] {
  return wrapped(text, Math.max(40, room)).map((line, index) => [index === 0 ? step : "", line]);
}

function answerFacts({ variant, reason, errorCode }: Evaluation): readonly string[] {
  return [
    ...(variant === undefined ? [] : [`variant ${variant}`]),
    `reason ${reason}`,
    ...(errorCode === undefined ? [] : [errorCode]),
  ];
}

function stepRow(step: TraceStep): readonly [step: string, text: string] {
  switch (step.step) {
    case "override":
      return ["override", step.override === null ? "none in this shell" : overrideText(step.override)];
    case "absent": {
      const what = step.as === "archived" ? "archived" : "does not exist";
      return ["flag", `${what}${step.isDefined ? ": serves its code default" : ""}`];
    }
    case "flaw":
      return ["flag", `cannot be evaluated: ${step.message}`];
    case "enabled":
      return ["enabled", step.enabled ? "yes" : "no: serves the off variant to everyone"];
    case "requirement": {
      const { flag, variants } = step.requirement;
      const found = step.problem ?? (step.served === null ? "serves nothing" : `serves ${step.served}`);
      const outcome = `so this is ${step.isMet ? "met" : "not met"}`;
      return ["requires", `${flag} to serve ${listText(variants)}: it ${found}, ${outcome}`];
    }
    case "rule":
      return [`rule ${step.number}`, `"${step.name}": ${ruleText(step)}`];
    case "last-line":
      return ["default rollout", defaultRolloutText(step)];
    case "off":
      return ["otherwise", `serves the off variant, ${step.variant}`];
  }
}

function overrideText({ via, origin, variant, isValid }: Decision): string {
  if (isValid) return `${via} (${origin}) serves ${variant}`;
  return `${via} (${origin}) has no valid value, so it serves ${variant}: hoist env check shows what is valid`;
}

function ruleText(step: TraceStep & { readonly step: "rule" }): string {
  const condition = step.condition === null ? "0 %, not evaluated" : conditionText(step.condition);
  if (step.matches !== true) return `${condition} → ${step.matches === false ? "no match" : "unknown, no match"}`;
  return [condition, ...serveTexts(step)].join("; ");
}

function defaultRolloutText(step: TraceStep & { readonly step: "last-line" }): string {
  const listed = (step.listings ?? []).map(({ attribute, found, isListed }) => {
    if (found.length === 0) return `${attribute} is missing`;
    return `${attribute} ${listText(found)} is ${isListed ? "" : "not "}listed`;
  });
  const who = step.strategy === "all" ? ["everyone"] : listed;
  return [...who, ...serveTexts(step)].join("; ");
}

function serveTexts({ portion, split, variant, missing }: ServeTrace): readonly string[] {
  const texts: string[] = [];
  if (portion !== null) texts.push(portionTraceText(portion));
  if (split !== null && split.bucket !== null) texts.push(`split by ${split.by}: bucket ${shareText(split.bucket)}`);
  if (missing !== null && (portion === null || portion.bucket !== null)) texts.push(`${missing} is missing`);
  if (variant !== null) texts.push(`serves ${variant}`);
  return texts;
}

function portionTraceText({ by, share, bucket, isInside }: PortionTrace): string {
  const title = `${shareText(share)} by ${by}`;
  if (bucket === null) return share === 0 ? `${title}: nobody` : `${title}: ${by} is missing`;
  return `${title}: bucket ${shareText(bucket)} is ${isInside ? "inside" : "outside"}`;
}

/** Describes the outcome of a condition with only the parts that decided it. */
function conditionText(condition: ConditionTrace): string {
  if (condition.op === "match") return matchText(condition);
  const parts = decisive(condition).map(conditionText);
  if (condition.op === "segment") return `segment ${condition.name} (${parts.join(" and ")})`;
  if (parts.length === 0) return condition.op === "all" ? "everyone" : `empty ${condition.op}`;
  if (condition.op === "none") return `none of: ${parts.join(", ")}`;
  return parts.join(condition.op === "all" ? " and " : ", ");
}

/** Returns the parts with the outcome of the whole condition; with `none`, those with the other outcome. */
function decisive({ op, outcome, parts }: Exclude<ConditionTrace, { op: "match" }>): readonly ConditionTrace[] {
  const same = parts.filter((part) => (op === "none" ? part.outcome !== outcome : part.outcome === outcome));
  return same.length > 0 ? same : parts;
}

function matchText({ attribute, found, outcome, unknownBecause }: ConditionTrace & { readonly op: "match" }): string {
  if (found === null) return `${attribute} is missing${outcome === true ? ", as required" : ""}`;
  if (unknownBecause === "type") return `${attribute} ${found} has the wrong type`;
  return `${attribute} ${found} ${outcome === true ? "matches" : "does not match"}`;
}
