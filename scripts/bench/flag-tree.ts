import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** `flags/_config.yaml` of the generated trees. */
export const CONFIG = `environments: { development: { workTree: true }, staging: {}, production: {} }
attributes: { userId: { type: string }, userRole: { type: string }, postalCode: { type: string }, appVersion: { type: version } }
owners: { team-workshops: "@acme/workshops", team-booking: "@acme/booking" }
`;
export const STAFF = "description: People who work here.\nif: { userRole: [admin, workshop_admin] }\n";

const ROLES = ["admin", "mechanic", "customer", "workshop_admin"];

/** Returns a flag file of about 600 bytes. Different numbers give different files. */
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

/** Runs git in a folder, without the configuration of the machine. */
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

/** Creates an empty repository on the branch main. */
export function initRepository(folder: string): void {
  mkdirSync(folder, { recursive: true });
  git(folder, ["init", "--quiet", "--initial-branch=main"]);
}

/**
 * Returns the input of `git fast-import` for a commit that adds or replaces files and keeps all others.
 *
 * @param from  the branch of the parent commit, where an earlier import made it
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
