import { ok, type Call, type Handlers } from "./call.ts";
import { notFound } from "./refusal.ts";

/** The paths where GitHub looks for CODEOWNERS, in order. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** Returns the errors that GitHub reports: owners without access, and unsupported patterns. */
async function errorsIn(call: Call): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { git, defaultBranch } = call.world;
  const ref = call.query["ref"] ?? defaultBranch;
  for (const path of PLACES) {
    const text = await git.contents(`${ref}:${path}`);
    if (text !== null)
      return text
        .toString("utf8")
        .split("\n")
        .flatMap((line, index) => lineErrors(call, path, line, index + 1));
  }
  throw notFound();
}

function lineErrors(
  call: Call,
  path: string,
  source: string,
  line: number,
): readonly Readonly<Record<string, unknown>>[] {
  // An escaped blank belongs to the pattern.
  const words = [...source.replace(/(?:^|\s)#.*$/, "").matchAll(/(?:\\.|\S)+/g)];
  const [pattern, ...owners] = words;
  if (pattern === undefined) return [];
  const found = (kind: string, column: number, message: string, suggestion: string | null) => ({
    line,
    column,
    source: `${source}\n`,
    kind,
    suggestion,
    message: `${kind} on line ${line}: ${message}\n\n  ${source}\n  ${" ".repeat(column - 1)}^`,
    path,
  });
  if (pattern[0].startsWith("!") || /(?:^|[^\\])\[/.test(pattern[0])) {
    return [found("Invalid pattern", 1, "did you mean another pattern", null)];
  }
  return owners.flatMap((owner) => {
    const column = (owner.index ?? 0) + 1;
    const name = owner[0];
    if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(name)) return [];
    const [, group, slug] = /^@([\w-]+)(?:\/([\w.-]+))?$/.exec(name) ?? [];
    if (group === undefined) return [found("Invalid owner", column, "", null)];
    if (slug === undefined && call.world.accounts.collaborators.has(group.toLowerCase())) return [];
    const isTeam = slug !== undefined;
    if (isTeam && group === call.world.owner && call.world.accounts.teams.has(slug)) return [];
    const kind = isTeam
      ? `make sure the team ${name} exists, is publicly visible, and has write access to the repository`
      : `make sure ${name} exists and has write access to the repository`;
    return [found("Unknown owner", column, kind, null)];
  });
}

export const codeownersHandlers: Handlers = {
  "repos/codeowners-errors": async (call) => ok({ errors: await errorsIn(call) }),
};
