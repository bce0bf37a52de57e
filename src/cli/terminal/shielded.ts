/**
 * A text for the log of a job of GitHub Actions, in which no line is a command to the runner but our own annotations. Data is
 * printed there that anybody wrote: the names of rules, commit subjects, notes in a table; and what follows a line end in
 * them, or `##[` anywhere, the runner would obey: it masks, it stops other commands, it sets outputs.
 */
export function shielded(text: string): string {
  return text
    .split(/(\r\n|[\n\r\u0085\u2028\u2029])/)
    .map((line) => (OWN.test(line) ? line : line.replace(/^(\s*):(?=:)/, "$1: ").replaceAll("##[", "## [")))
    .join("");
}

/** As `githubAnnotations` writes them. */
const OWN = /^::(?:error|warning) file=/;
