import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** `flags/_config.yaml` of the generated trees. */
export const CONFIG = `environments: { development: { workTree: true }, staging: {}, production: {} }
attributes: { userId: { type: string }, userRole: { type: string }, postalCode: { type: string }, appVersion: { type: version } }
owners: { team-workshops: "@acme/workshops", team-booking: "@acme/booking" }
`;
export const STAFF = "description: People who work here.\nif: { userRole: [admin, workshop_admin] }\n";

const ROLES = ["admin", "mechanic", "customer", "workshop_admin"];

/** A flag's file of about 600 bytes; no two alike. */
export function flagYaml(number: number, percent = 1 + (number % 99)): string {
  return `name: Generated flag ${number}
description: Written by the benchmark, so that ten thousand files can be read, checked and synced at once.
owner: team-${number % 2 === 0 ? "workshops" : "booking"}
kind: ops
enabled: true
rules:
  - name: staff try it first
    if: { segment: staff }
    serve: true
  - name: beta
    if: { postalCode: [M5V, M${number % 10}G, M4Y], appVersion: { semver: ">=5.${number % 20}" } }
    rollout: 25%
    serve: true
rollout: ${percent}%
environments:
  production: { enabled: false }
tests:
  - { given: { userRole: ${ROLES[number % 2 === 0 ? 0 : 3]} }, expect: true }
  - { in: production, given: { userId: user-${number} }, expect: false }
`;
}

export function flagPath(number: number): string {
  return `flags/team-${number % 50}/generated_flag_${number}.yaml`;
}

/** Git in a folder, with nothing of the machine's own configuration. */
export function git(folder: string, args: readonly string[], input?: string): string {
  return execFileSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 30,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" },
    stdio: ["pipe", "pipe", "pipe"],
    ...(input === undefined ? {} : { input }),
  });
}

/** An empty repository on the branch main. */
export function initRepository(folder: string): void {
  mkdirSync(folder, { recursive: true });
  git(folder, ["init", "--quiet", "--initial-branch=main"]);
}

/**
 * One commit in the language of `git fast-import`: what was there stays, files are added or replaced.
 *
 * @param from  the branch that it is put on, where that was made by an earlier import
 */
export function commitText(
  minute: number,
  subject: string,
  files: readonly (readonly [path: string, content: string])[],
  from?: string,
): string {
  const seconds = 1_767_258_000 + minute * 60;
  const who = `Dana <dana@acme.dev> ${seconds} +0000`;
  const head = `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\ndata ${Buffer.byteLength(subject)}\n${subject}\n`;
  const body = files.map(
    ([path, content]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
  );
  return head + (from === undefined ? "" : `from refs/heads/${from}^0\n`) + body.join("");
}
