import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Client, type QueryResult } from "pg";
import { afterAll, describe, inject } from "vitest";

const run = promisify(execFile);
const made: string[] = [];

/** Defines tests that need a PostgreSQL server. Without one they are skipped, with the reason in the name. */
export function describePostgres(name: string, tests: () => void): void {
  const server = inject("postgres");
  const reason = "missing" in server ? ` (skipped: ${server.missing})` : "";
  describe(`${name}${reason}`, { skip: reason !== "" }, () => {
    tests();
  });
}

/** Returns the administrator's address of the test server. */
export function adminUrl(): string {
  const server = inject("postgres");
  if ("missing" in server) throw new Error(server.missing);
  return server.adminUrl;
}

/**
 * Creates a database and returns its address. It is dropped after the test file.
 *
 * @param template  the name of a database to copy, which must have no connections; default: an empty one
 */
export async function freshDatabase(template = "template1"): Promise<string> {
  const name = `flags_${randomBytes(6).toString("hex")}`;
  await onServer(adminUrl(), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  made.push(name);
  return withDatabase(adminUrl(), name);
}

/** Returns the address of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** Returns the address of the same database with another role. */
export function withRole(url: string, role: string, password = ""): string {
  const changed = new URL(url);
  changed.username = role;
  changed.password = password;
  return changed.href;
}

/** Runs statements in `psql` and returns unaligned rows without headings. @throws Error with psql's message */
export async function typeInPsql(url: string, sql: string): Promise<string> {
  const { stdout } = await run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", sql]);
  return stdout;
}

/** Runs one statement (or several, without values) on a separate connection. */
export async function onServer(url: string, sql: string, values?: readonly unknown[]): Promise<QueryResult> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.query(sql, values === undefined ? undefined : [...values]);
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const name of made.splice(0)) await onServer(adminUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});
