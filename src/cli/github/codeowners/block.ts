import { FlagError } from "../../../core/errors.ts";

const BEGIN = "# BEGIN flags";
const END = "# END flags";
const BLOCK = /^# BEGIN flags\b[^\n]*\n(?:[^\n]*\n)*?# END flags[^\n]*(?:\n|$)/m;

/**
 * What stands between the markers, markers included.
 *
 * @param maintainers  as they were asked for; null where they follow from the owners
 */
export function blockText(lines: readonly string[], maintainers: string | null): string {
  const asked = maintainers === null ? "" : ` --maintainers "${maintainers}"`;
  return [
    `${BEGIN}: hoist github codeowners --write${asked}`,
    "# From the owner of each flag, and owners in flags/_config.yaml. What is written below this block goes over it.",
    ...lines,
    END,
    "",
  ].join("\n");
}

/** Whom the block that is there names as maintainers because it was told so. */
export function maintainersIn(text: string): string | null {
  return /^# BEGIN flags\b[^\n]* --maintainers "([^"\n]+)"/m.exec(text)?.[1] ?? null;
}

/**
 * The file with the block in the place of the one that it has, else at its end; everything else as it is.
 *
 * @throws FlagError USAGE where one marker has lost the other
 */
export function withBlock(text: string, block: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const plain = text.replaceAll("\r\n", "\n");
  const markers = plain.split("\n").filter((line) => line.startsWith(BEGIN) || line.startsWith(END)).length;
  if (markers !== (BLOCK.test(plain) ? 2 : 0)) {
    throw new FlagError("USAGE", `CODEOWNERS does not hold one "${BEGIN}" with one "${END}" after it`, {
      hint: "delete the lines between where the block began and ended, the markers too, and run it again",
    });
  }
  const next = markers === 2 ? plain.replace(BLOCK, () => block) : `${gap(plain)}${block}`;
  return next.replaceAll("\n", newline);
}

function gap(text: string): string {
  if (text === "") return "";
  return text.endsWith("\n") ? `${text}\n` : `${text}\n\n`;
}
