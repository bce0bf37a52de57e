import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

const run = promisify(execFile);
const made: string[] = [];

/** Returns the path of a new file in a folder that is removed after the test file. */
export function freshFile(name = "production.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-sqlite-"));
  made.push(folder);
  return join(folder, name);
}

export function fileUrl(file: string): string {
  return pathToFileURL(file).href;
}

/** Runs statements in `sqlite3` and returns its output. @throws Error with the message of sqlite3 */
export async function typeInSqlite(file: string, sql: string): Promise<string> {
  const { stdout } = await run("sqlite3", ["-bail", "-cmd", ".timeout 5000", file, sql]);
  return stdout;
}

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
