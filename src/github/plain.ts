import { visible } from "../core/diagnostic/diagnostic-text.ts";

/**
 * A text on one line, for titles and commit messages, where data must not act: GitHub reads them for people to notify, issues
 * to close and checks to skip, and git for trailers.
 */
export function plain(text: string): string {
  return visible(text.replace(/\s+/g, " ").trim())
    .replace(/@(?=[\w-])/g, "@ ")
    .replace(/#(?=\d)/g, "# ")
    .replace(/\bGH-(?=\d)/gi, "GH - ")
    .replace(/:\/\//g, ": //")
    .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi, "($1)")
    .replace(/`/g, "'");
}
