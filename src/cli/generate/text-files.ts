import { join } from "node:path";
import { readBytes } from "../../files/read-file.ts";
import { checkWritable } from "../../files/safe-path.ts";
import { writeFileSafely } from "../../files/write-file.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Io, Style } from "../terminal/io.ts";

/** A file that is generated from flags/, with the text that it should have. */
export interface TextFile {
  /** Relative to the folder that the file is written to. */
  readonly path: string;
  readonly text: string;
}

interface Update {
  /** The folder that the paths of the files are relative to. */
  readonly folder: string;
  readonly files: readonly TextFile[];
  /** Only report files that are out of date; write nothing. */
  readonly check: boolean;
  /** The command that writes the files, for the hint. */
  readonly command: string;
  /** The name of all files together in the result, e.g. `flags/_schema/`. */
  readonly label: string;
  /** Returns a path as it is printed. */
  readonly shown: (path: string) => string;
}

/** Writes generated files that are out of date, or only reports them, and prints the result. */
export async function updateFiles(io: Io, update: Update): Promise<ExitCode> {
  const { folder, files, check, command, label, shown } = update;
  const stale = check ? (await staleFiles(folder, files)).map(({ path }) => path) : await writeStale(folder, files);
  const paths = stale.map(shown);
  if (check && paths.length > 0) {
    io.err(staleText(paths, command, EXIT.invalid, io.errStyle));
    return EXIT.invalid;
  }
  if (!check) io.changed?.();
  io.out(`${io.style("green", "✓")} ${paths.length === 0 ? `up to date: ${label}` : `written: ${paths.join(", ")}`}`);
  return EXIT.done;
}

/** Formats the report on generated files that are out of date. */
export function staleText(paths: readonly string[], command: string, exitCode: ExitCode, style: Style): string {
  const what = `${paths.join(", ")}: out of date with flags/    exit ${exitCode}`;
  return `${style("red", "stale")}  ${what}\n       run ${command} and commit the result`;
}

/** Returns the files whose text differs, or that are missing. Line endings do not count: git may have changed them. */
async function staleFiles(folder: string, files: readonly TextFile[]): Promise<readonly TextFile[]> {
  const found = await Promise.all(files.map(({ path }) => textOf(join(folder, path))));
  return files.filter(({ text }, index) => found[index]?.replaceAll("\r\n", "\n") !== text);
}

/** Writes the files that are out of date and returns their paths. Writes nothing when one of them is refused. @throws FlagError */
export async function writeStale(folder: string, files: readonly TextFile[]): Promise<readonly string[]> {
  const stale = await staleFiles(folder, files);
  for (const { path } of stale) await checkWritable(folder, path);
  for (const { path, text } of stale) await writeFileSafely({ root: folder, path, content: text });
  return stale.map(({ path }) => path);
}

/** The maximum size of a file that is generated or extended; larger files are mistakes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Reads a file in UTF-8. Returns undefined when there is none. @throws FlagError FILE_UNUSABLE for a link, too */
export async function textOf(path: string): Promise<string | undefined> {
  const bytes = await readBytes(path, { maxBytes: MAX_BYTES, refusesLink: true });
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
}
