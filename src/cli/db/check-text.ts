import type { CheckReport, Deviation } from "../../store/check.ts";
import { counted } from "../../core/text.ts";
import type { Style } from "../terminal/io.ts";

/** Renders how a database deviates from what flaghoist expects, each deviation with what corrects it. */
export function checkText({ label, deviations }: CheckReport, environment: string, style: Style): string {
  if (deviations.length === 0) return `${style("green", "✓")} ${label} is as flaghoist expects it for ${environment}`;
  const head = `${label}: ${counted(deviations.length, "deviation")}. Review each correction, then run it as an administrator.`;
  return [head, ...deviations.map((deviation) => deviationText(deviation, style))].join("\n\n");
}

function deviationText({ kind, object, found, expected, correction }: Deviation, style: Style): string {
  const ending = correction.startsWith("hoist ") || correction.startsWith("restore ") ? "" : ";";
  return `${style("red", "✗")} ${kind} ${object}: ${found}; expected: ${expected}\n${correction}${ending}`;
}
