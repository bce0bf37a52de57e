import { join } from "node:path";
import { FlagError } from "../../../core/errors.ts";
import { existsAt } from "../../../files/entry.ts";
import type { LoadedFlags } from "../../../source/load/load.ts";
import { ownerLines, type OwnedPath } from "./lines.ts";

/** The paths at which GitHub looks for the file, in this order. */
const PLACES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

/** What CODEOWNERS is generated from. */
export interface CodeOwnersQuestion {
  /** Must be free of errors. */
  readonly loaded: LoadedFlags;
  /** The path from the top of the repository to the folder that holds `flags/`: "" or `apps/shop`. */
  readonly prefix: string;
  /**
   * The owners of everything that is not a flag's file. Null: the owners that the existing file names, or else all owners.
   */
  readonly maintainers: string | null;
}

/** Returns the path of the repository's CODEOWNERS, relative to its top; the default path when it has none. */
export function codeOwnersPath(root: string): string {
  return PLACES.find((path) => existsAt(join(root, path))) ?? PLACES[0];
}

/**
 * Returns the up-to-date CODEOWNERS: each flag's file belongs to its owner; the rest of `flags/`, `.github/` and
 * CODEOWNERS itself belong to the maintainers.
 *
 * @param before  the current text; "" when there is no file
 * @throws FlagError INVALID_FLAGS when an owner has no GitHub account; the errors of {@link ownerPattern} and
 *   {@link withBlock}
 */
export function codeOwnersText(before: string, path: string, question: CodeOwnersQuestion): string {
  const { loaded, prefix } = question;
  const asked = question.maintainers ?? maintainersIn(before);
  const handles = ownerHandles(loaded);
  const maintainers = asked ?? [...new Set(handles.values())].join(" ");
  if (!areHandles(maintainers)) throw notHandles("--maintainers", maintainers);
  const top = prefix === "" ? "" : `${prefix}/`;
  const files = loaded.flags.map(({ path: file, file: { owner } }): OwnedPath => {
    return { path: `${top}${file}`, owners: handles.get(owner) ?? "" };
  });
  const own = path === PLACES[0] ? [".github/"] : [".github/", path];
  const lines = [
    ...ownerLines(files, `${top}flags`, maintainers),
    ...own.map((each) => ({ path: each, owners: maintainers })),
  ];
  const texts = lines.map((line) => `${ownerPattern(line.path)} ${line.owners}`);
  return withBlock(before, blockText(texts, asked));
}

/** Returns the checked GitHub accounts of each owner. */
function ownerHandles({ config }: LoadedFlags): ReadonlyMap<string, string> {
  const owners = config?.owners ?? new Map<string, string>();
  if (owners.size === 0) {
    throw new FlagError("INVALID_FLAGS", "flags/_config.yaml declares no owners", {
      hint: 'for example: owners: { team-shop: "@acme/shop" }',
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
  return new FlagError("INVALID_FLAGS", `${what} is ${JSON.stringify(found)}, which is not a GitHub account`, {
    hint: "write @user, @org/team or an email address; separate several with spaces",
  });
}

const BEGIN = "# BEGIN flags";
const END = "# END flags";
const BLOCK = /^# BEGIN flags\b[^\n]*\n(?:[^\n]*\n)*?# END flags[^\n]*(?:\n|$)/m;

/**
 * Returns the generated block with its markers.
 *
 * @param maintainers  as given to `--maintainers`; null when they follow from the owners
 */
function blockText(lines: readonly string[], maintainers: string | null): string {
  const asked = maintainers === null ? "" : ` --maintainers "${maintainers}"`;
  return [
    `${BEGIN}: hoist github codeowners --write${asked}`,
    "# Generated from the owner of each flag and the owners in flags/_config.yaml. Lines below this block take precedence.",
    ...lines,
    END,
    "",
  ].join("\n");
}

/** Returns the value of `--maintainers` that the existing block was made with. */
function maintainersIn(text: string): string | null {
  return /^# BEGIN flags\b[^\n]* --maintainers "([^"\n]+)"/m.exec(text)?.[1] ?? null;
}

/**
 * Replaces the block in the file, or appends it. Everything else stays.
 *
 * @throws FlagError USAGE when one of the markers is missing
 */
function withBlock(text: string, block: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const plain = text.replaceAll("\r\n", "\n");
  const markers = plain.split("\n").filter((line) => line.startsWith(BEGIN) || line.startsWith(END)).length;
  if (markers !== (BLOCK.test(plain) ? 2 : 0)) {
    throw new FlagError("USAGE", `CODEOWNERS does not contain exactly one "${BEGIN}" followed by one "${END}"`, {
      hint: "delete the generated block with its markers, then run the command again",
    });
  }
  const next = markers === 2 ? plain.replace(BLOCK, () => block) : `${gap(plain)}${block}`;
  return next.replaceAll("\n", newline);
}

function gap(text: string): string {
  if (text === "") return "";
  return text.endsWith("\n") ? `${text}\n` : `${text}\n\n`;
}

/**
 * Returns a path as CODEOWNERS writes it, with all pattern characters escaped.
 *
 * @param path  relative to the top of the repository; a folder ends with a slash
 * @throws FlagError INVALID_FLAGS for characters that cannot be escaped: `#` starts a comment, `[` an unsupported range
 */
export function ownerPattern(path: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are searched for
  const [odd] = /[#[\]\u0000-\u001f\u007f]/.exec(path) ?? [];
  if (odd === undefined) return `/${path.replace(/[ *?\\]/g, "\\$&")}`;
  throw new FlagError(
    "INVALID_FLAGS",
    `CODEOWNERS cannot contain the path ${JSON.stringify(path)}, because of ${JSON.stringify(odd)}`,
    { hint: "rename the folder; moving a flag's file changes no answer" },
  );
}

const HANDLE = /^(?:@[\w.-]+(?:\/[\w.-]+)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)$/;

/** Returns whether a text lists GitHub accounts: `@user`, `@org/team` or email addresses, separated by spaces. */
export function areHandles(text: string): boolean {
  return text.split(/ +/).every((handle) => HANDLE.test(handle));
}
