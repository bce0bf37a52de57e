import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Creates a pipe. */
export function aPipe(path: string): void {
  execFileSync("mkfifo", [path]);
}

/** Creates a socket, which is closed after the test. */
export async function aSocket(path: string): Promise<void> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

/** Describes everything below a folder: kind, permissions and content of each path. */
export function contentsOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      const found = lstatSync(path);
      const mode = (found.mode & 0o777).toString(8);
      if (found.isSymbolicLink()) return [name, `-> ${readlinkSync(path)}`];
      return [name, found.isFile() ? `${mode} ${readFileSync(path, "utf8")}` : `${mode} ${found.mode >> 12}`];
    }),
  );
}
