import type { ResolvedOverrides } from "../../core/override/override-resolve.ts";
import type { Style } from "../terminal/io.ts";
import { tableText } from "../terminal/table.ts";

/** Overrides and their problems, as a process prints them when it starts. */
export function overridesText(
  { active, problems }: Pick<ResolvedOverrides, "active" | "problems">,
  style: Style,
): string {
  if (active.length === 0 && problems.length === 0) return "no overrides here";
  const rows = active.map((override) => [
    "override",
    override.flagKey,
    override.variant,
    override.origin === "file" ? `${override.via} (file)` : override.via,
  ]);
  const found = problems.map(({ severity, message }) =>
    severity === "error" ? `${style("red", "ERROR")}     ${message}` : `${style("yellow", "WARNING")}   ${message}`,
  );
  return [...(rows.length === 0 ? [] : [tableText(rows)]), ...found].join("\n");
}
