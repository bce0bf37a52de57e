import { FlagError } from "../../../core/errors.ts";

/**
 * A path as CODEOWNERS names it: from the top, and nothing in it a pattern.
 *
 * @param path  from the top of the repository; a folder ends with a slash
 * @throws FlagError INVALID_FLAGS for what GitHub cannot be told by any means: `#` begins a comment, `[` a range that it does
 *         not read
 */
export function ownerPattern(path: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const [odd] = /[#[\]\u0000-\u001f\u007f]/.exec(path) ?? [];
  if (odd === undefined) return `/${path.replace(/[ *?\\]/g, "\\$&")}`;
  throw new FlagError("INVALID_FLAGS", `CODEOWNERS cannot name ${JSON.stringify(path)}: ${JSON.stringify(odd)} in it`, {
    hint: "rename the folder: moving a flag's file changes nothing",
  });
}

/** One or several, with spaces between them. */
const HANDLES = /^(?:@[\w.-]+(?:\/[\w.-]+)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)(?: +(?!$)|$)/;

/** Whether GitHub reads it as owners: `@user`, `@org/team`, an address; several with spaces between them. */
export function areHandles(text: string): boolean {
  let rest = text;
  while (rest !== "") {
    const [found] = HANDLES.exec(rest) ?? [];
    if (found === undefined) return false;
    rest = rest.slice(found.length);
  }
  return text !== "";
}
