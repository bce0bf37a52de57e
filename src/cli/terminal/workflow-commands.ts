/**
 * Escapes a text for the log of a GitHub Actions job, so that the runner finds no workflow commands in it. The runner would obey `::` at the start of a line and `##[` anywhere in it (masking text, setting outputs), and the text can
 * hold anything: names of rules, commit subjects, notes from a table.
 */
export function withoutWorkflowCommands(text: string): string {
  return text
    .split(/(\r\n|[\n\r\u0085\u2028\u2029])/)
    .map((line) => line.replace(/^(\s*):(?=:)/, "$1: ").replaceAll("##[", "## ["))
    .join("");
}
