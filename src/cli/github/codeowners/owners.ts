import { existsSync } from "node:fs";
import { join } from "node:path";
import { FlagError } from "../../../core/errors.ts";
import type { LoadedFlags } from "../../../source/load/load.ts";
import { blockText, maintainersIn, withBlock } from "./block.ts";
import { ownerLines, type OwnedFile } from "./lines.ts";
import { areHandles, ownerPattern } from "./pattern.ts";

/** Where GitHub looks for the file, in this order. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

export interface CodeOwnersQuestion {
  /** Without errors. */
  readonly loaded: LoadedFlags;
  /** The folder that holds `flags/`, from the top of the repository: "" or `apps/shop`. */
  readonly prefix: string;
  /** Who answers for everything that no flag's owner does; null: as the file says, else every owner. */
  readonly maintainers: string | null;
}

/** Where the repository has its CODEOWNERS, from its top; where it ought to be when it has none. */
export function codeOwnersPath(root: string): string {
  return PLACES.find((path) => existsSync(join(root, path))) ?? PLACES[0];
}

/**
 * CODEOWNERS as it ought to be: each flag's file is its owner's; the rest of `flags/`, the workflows that sync it and
 * CODEOWNERS itself are the maintainers'.
 *
 * @param before  what it says; "" where there is none
 * @throws FlagError INVALID_FLAGS where an owner is nobody whom GitHub knows; as ownerPattern and withBlock do
 */
export function codeOwnersText(before: string, path: string, question: CodeOwnersQuestion): string {
  const { loaded, prefix } = question;
  const asked = question.maintainers ?? maintainersIn(before);
  const handles = ownerHandles(loaded);
  const maintainers = asked ?? [...new Set(handles.values())].join(" ");
  if (!areHandles(maintainers)) throw notHandles("--maintainers", maintainers);
  const top = prefix === "" ? "" : `${prefix}/`;
  const files = loaded.flags.map(({ path: file, file: { owner } }): OwnedFile => {
    return { path: `${top}${file}`, owners: handles.get(owner) ?? "" };
  });
  const own = path === PLACES[0] ? [".github/"] : [".github/", path];
  const lines = [
    ...ownerLines(files, `${top}flags`, maintainers),
    ...own.map((each) => ({ path: each, owners: maintainers })),
  ];
  return withBlock(
    before,
    blockText(
      lines.map((line) => `${ownerPattern(line.path)} ${line.owners}`),
      asked,
    ),
  );
}

/** Owner → who that is on GitHub, checked. */
function ownerHandles({ config }: LoadedFlags): ReadonlyMap<string, string> {
  const owners = config?.owners ?? new Map<string, string>();
  if (owners.size === 0) {
    throw new FlagError("INVALID_FLAGS", "flags/_config.yaml names no owners, so nobody can own a flag's file", {
      hint: 'owners: { team-shop: "@acme/shop" }',
    });
  }
  return new Map(
    [...owners].map(([name, text]) => {
      const handles = text.trim();
      if (!areHandles(handles)) throw notHandles(`owner "${name}" of flags/_config.yaml`, text);
      return [name, handles];
    }),
  );
}

function notHandles(what: string, found: string): FlagError {
  return new FlagError("INVALID_FLAGS", `${what} is ${JSON.stringify(found)}, which names nobody on GitHub`, {
    hint: "write @user, @org/team or a mail address; several with spaces between them",
  });
}
