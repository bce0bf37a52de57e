/**
 * Returns the owners whom GitHub asks for a review of a file: those of the last matching line, or [] if none matches.
 */
export function reviewersOf(text: string, path: string): readonly string[] {
  const rules = text
    .split("\n")
    .map((line) => line.replace(/^#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.match(/(?:\\.|[^\s\\])+/g) ?? []);
  const [, ...owners] = rules.findLast(([pattern = ""]) => matches(pattern, path)) ?? [];
  return owners;
}

/**
 * Returns whether a path matches a .gitignore pattern without negation and ranges, which CODEOWNERS does not support.
 */
function matches(pattern: string, path: string): boolean {
  const isFolder = pattern.endsWith("/");
  const bare = pattern.replace(/\/$/, "").replace(/^\//, "");
  const isAnchored = pattern.slice(0, -1).includes("/");
  const source = (bare.match(/\\.|\*\*\/|\*\*|\*|\?|[^\\]/g) ?? []).map(expressionOf).join("");
  const start = isAnchored ? "^" : "^(?:.*/)?";
  return new RegExp(`${start}${source}${isFolder ? "/.+" : "(?:/.+)?"}$`, "s").test(path);
}

function expressionOf(token: string): string {
  if (token === "**/") return "(?:.*/)?";
  if (token === "**") return ".*";
  if (token === "*") return "[^/]*";
  if (token === "?") return "[^/]";
  return (token.startsWith("\\") ? token.slice(1) : token).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
