import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { aFlagRepository, flagText } from "../support/flag-tree.ts";

const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const NOBODY = 65534;
/** Root may enter every folder, so that as root the command runs as nobody. */
const AS_NOBODY = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Runs a command as a user who may not enter the folder `closed`. */
function runWithout(closed: string, command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { folder } = aFlagRepository({ checkout_button: flagText() });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, closed), 0o600);
  onTestFinished(() => chmodSync(join(folder, closed), 0o755));
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...command, "--cwd", folder], {
    cwd: "/",
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: "/", ...env },
    ...AS_NOBODY,
  });
  return { status, text: stdout + stderr };
}

describe("a folder that the user may not enter is reported as that, not as missing", () => {
  test.each([["validate"], ["schema"], ["list"], ["describe", "checkout_button"]])("flags/: hoist %s", (...command) => {
    const { status, text } = runWithout("flags", command);
    expect(text).toContain("permission denied (EACCES)");
    expect(text).not.toMatch(/missing|does not exist|^\s+at /m);
    expect(status).toBe(3);
  });

  test("the folder that contains flags/", () => {
    const { status, text } = runWithout(".", ["validate"]);
    expect(text).toContain("permission denied (EACCES)");
    expect(text).not.toContain("missing");
    expect(status).toBe(3);
  });
});
