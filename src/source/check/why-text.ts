import type { ConditionTrace } from "../../core/evaluate/condition-trace.ts";
import type { Trace, TraceStep } from "../../core/evaluate/trace.ts";
import { shareText } from "../../core/describe/wording.ts";

/** The short reason of an answer: the step that decided, and what kept the rules before it from matching. */
export function whyText({ evaluation, steps }: Trace): string {
  const passed = steps.flatMap((step) => (step.step === "rule" && step.variant === null ? [ruleText(step)] : []));
  const decided =
    evaluation.metadata.rule === undefined ? lastText(steps) : `rule "${evaluation.metadata.rule}" answers`;
  return [...passed, decided].join("; ");
}

function ruleText(step: Extract<TraceStep, { step: "rule" }>): string {
  const who = `rule "${step.name}"`;
  if (step.matches === true) {
    if (step.missing !== null) return `${who} needs ${step.missing}, which is not given`;
    return step.portion === null ? `${who} passes on` : `${who} lets only ${shareText(step.portion.share)} in`;
  }
  const unknown = step.condition === null ? [] : unknownAttributes(step.condition);
  return unknown.length === 0 ? `${who} does not match` : `${who} cannot tell, for want of ${unknown.join(", ")}`;
}

function unknownAttributes(condition: ConditionTrace): readonly string[] {
  if (condition.outcome !== "unknown") return [];
  if (condition.op !== "match") return [...new Set(condition.parts.flatMap(unknownAttributes))];
  return [condition.unknownBecause === "type" ? `${condition.attribute} of the right type` : condition.attribute];
}

function lastText(steps: readonly TraceStep[]): string {
  const last = steps.at(-1);
  const unmet = steps.find((step) => step.step === "requirement" && !step.isMet);
  if (steps.some((step) => step.step === "enabled" && !step.enabled)) return "the flag is disabled";
  if (unmet?.step === "requirement") {
    const { flag, variants } = unmet.requirement;
    return `flag "${flag}" serves ${unmet.served ?? "nothing"}, required is ${variants.join(" or ")}`;
  }
  const line = steps.find((step) => step.step === "last-line");
  if (line?.step === "last-line" && line.missing !== null)
    return `the last line needs ${line.missing}, which is not given`;
  return last?.step === "off" ? "nothing matches, so the flag is off" : "the last line answers";
}
