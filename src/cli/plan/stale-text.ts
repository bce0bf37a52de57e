import type { Style } from "../terminal/io.ts";

/** Generated files that are not what flags/ says, and what to do. */
export function staleText(paths: readonly string[], command: string, exitCode: number, style: Style): string {
  const what = `${paths.join(", ")}: not what flags/ says    exit ${exitCode}`;
  return `${style("red", "stale")}  ${what}\n       run ${command} and commit what it writes`;
}
