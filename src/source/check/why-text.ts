import type { ConditionTrace } from "../../core/evaluate/condition-trace.ts";
import type { Trace, TraceStep } from "../../core/evaluate/trace.ts";
import { shareText } from "../../core/describe/wording.ts";
import { andText, orText } from "../../core/text.ts";

/** The short reason of an answer: the step that decided, and what kept the rules before it from matching. */
export function whyText({ evaluation, steps }: Trace): string {
  const passed = steps.flatMap((step) => (step.step === "rule" && step.variant === null ? [ruleText(step)] : []));
  const decided =
    evaluation.metadata.rule === undefined ? lastText(steps) : `rule "${evaluation.metadata.rule}" applies`;
  return [...passed, decided].join("; ");
}

function ruleText(step: Extract<TraceStep, { step: "rule" }>): string {
  const who = `rule "${step.name}"`;
  if (step.matches === true) {
    if (step.missing !== null) return `${who} needs ${step.missing}, which the context lacks`;
    return step.portion === null ? `${who} serves nobody` : `${who} serves only ${shareText(step.portion.share)}`;
  }
  const unknown = step.condition === null ? [] : unknownAttributes(step.condition);
  return unknown.length === 0 ? `${who} does not match` : `${who} cannot be decided without ${andText(unknown)}`;
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
    return `flag "${flag}" serves ${unmet.served ?? "nothing"}, but ${orText(variants)} is required`;
  }
  const line = steps.find((step) => step.step === "last-line");
  if (line?.step === "last-line" && line.missing !== null)
    return `the default rollout needs ${line.missing}, which the context lacks`;
  return last?.step === "off" ? "nothing matches, so the flag is off" : "the default rollout applies";
}
