import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file that is written from flags/, as it ought to be. */
export interface TextFile {
  /** Relative to the folder that it is written into. */
  readonly path: string;
  readonly text: string;
}

/** Those of the files that say something else, or are not there. Line endings do not count: git may have changed them. */
export async function staleFiles(folder: string, files: readonly TextFile[]): Promise<readonly TextFile[]> {
  const found = await Promise.all(files.map(({ path }) => textOf(join(folder, path))));
  return files.filter(({ text }, index) => found[index]?.replaceAll("\r\n", "\n") !== text);
}

/** Writes those that are stale, and says which. */
export async function writeStale(folder: string, files: readonly TextFile[]): Promise<readonly string[]> {
  const stale = await staleFiles(folder, files);
  for (const { path, text } of stale) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return stale.map(({ path }) => path);
}

/** Undefined where there is no such file. */
export async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
