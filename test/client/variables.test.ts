import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFlags } from "../../src/client/create-flags.ts";
import type { FlagsClient } from "../../src/client/flags-client.ts";
import { aFlagRepository, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { fileUrl, freshFile } from "../support/sqlite.ts";
import { heard } from "./fakes.ts";

/** Ways in which a value arrives from env files, YAML, Windows editors and copied text. */
const DRESSED: readonly (readonly [string, (value: string) => string])[] = [
  ["as it is", (value) => value],
  ["in double quotes", (value) => `"${value}"`],
  ["in single quotes, with blanks", (value) => ` ' ${value} ' `],
  ["with a carriage return", (value) => `${value}\r`],
  ["in quotes with a carriage return", (value) => `"${value}"\r\n`],
  ["with a byte order mark and an invisible blank", (value) => `\ufeff${value}\u200b\u00a0`],
];

const FLAGS = { checkout: flagText(), search: flagText(), booking: flagText() };
function aTree(): string {
  return aFlagRepository(FLAGS).folder;
}

async function clientWith(env: Record<string, string>, folder = freshFolder()): Promise<FlagsClient> {
  const { client } = await openFlags({ env, logger: false, initialTimeoutMs: 400 }, { folder });
  onTestFinished(() => client.close());
  return client;
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-variables-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("control variables mean the same to commands and programs", () => {
  test.each(DRESSED)("with their values %s", async (_, dressed) => {
    const url = fileUrl(freshFile());
    const folder = freshFolder();
    const overrides = join(folder, "overrides.env");
    writeFileSync(overrides, "FEATURE_CHECKOUT=off\n");
    const env = {
      FLAGS_ENV: dressed("staging"),
      FLAGS_DATABASE_URL: dressed(url),
      FLAGS_OVERRIDE_FILE: dressed(overrides),
      FLAGS_SNAPSHOT_FILE: dressed(join(folder, "saved.json")),
      FLAGS_KILL: dressed("sea*"),
      FLAGS_ENV_IGNORE: dressed("FEATURE_BOOKING"),
      FEATURE_BOOKING: "off",
    };
    const hoist = hoistIn(aTree(), env);
    expect(await hoist("sync")).toMatchObject({ code: 0 });
    const status: unknown = JSON.parse((await hoist("status", "--format", "json")).out);
    expect(status).toMatchObject({ environment: "staging", table: { revision: 3 } });
    const { active }: { active: unknown } = JSON.parse((await hoist("env", "check", "--format", "json")).out);
    expect(active).toMatchObject([{ flagKey: "checkout" }, { flagKey: "search" }]);
    const client = await clientWith(env);
    expect(client.status()).toMatchObject({ environment: "staging", source: "database", revision: 3 });
    expect(Object.keys(FLAGS).map((key) => client.isEnabled(key))).toEqual([false, false, true]);
    await client.close();
    expect(existsSync(join(folder, "saved.json"))).toBe(true);
    const all = await clientWith({ ...env, FLAGS_KILL: dressed("*"), FLAGS_KILL_ALL: dressed("1") });
    expect(Object.keys(FLAGS).map((key) => all.isEnabled(key))).toEqual([false, false, false]);
  });

  test.each(["FLAGS_DATABASE_URL", "FLAGS_DATABASE_URL_STAGING"])(
    "%s that is set but empty is an error, even if another variable has an address",
    async (name) => {
      const tree = aTree();
      for (const empty of ["", " ", '""', "\r"]) {
        const url = fileUrl(freshFile());
        const others = name === "FLAGS_DATABASE_URL" ? {} : { FLAGS_DATABASE_URL: url };
        const env = { FLAGS_ENV: "staging", ...others, [name]: empty };
        for (const command of ["plan", "sync", "status"]) {
          expect(await hoistIn(tree, env)(command)).toMatchObject({
            code: 9,
            err: expect.stringContaining(`${name} is set, but empty`),
          });
        }
        const { lastError } = (await clientWith(env)).status();
        expect(lastError).toMatchObject({ code: "USAGE", message: `${name} is set, but empty` });
      }
    },
  );

  test("characters that cannot be seen are shown in the message about an environment", async () => {
    const env = { FLAGS_ENV: "stag\u200bing\r", FLAGS_DATABASE_URL: fileUrl(freshFile()) };
    const message = String.raw`"stag\u200bing" is not a valid environment name`;
    expect(await hoistIn(aTree(), env)("status")).toMatchObject({ code: 9, err: expect.stringContaining(message) });
    expect((await clientWith(env)).status().lastError?.message).toContain(message);
  });

  test.each(["none", "false", " 'NONE'\r"])("FLAGS_SNAPSHOT_FILE=%s saves nothing and reads nothing", async (value) => {
    const folder = freshFolder();
    const url = fileUrl(freshFile());
    await hoistIn(aTree(), { FLAGS_ENV: "staging", FLAGS_DATABASE_URL: url })("sync");
    const client = await clientWith(
      { FLAGS_ENV: "staging", FLAGS_DATABASE_URL: url, FLAGS_SNAPSHOT_FILE: value },
      folder,
    );
    expect(client.status()).toMatchObject({ source: "database", snapshotFile: null });
    await client.close();
    expect(globSync("**/*snapshot*", { cwd: folder })).toEqual([]);
    expect(existsSync(join(process.cwd(), value.trim()))).toBe(false);
  });

  test("a variable whose name is almost that of the database is named in the error", async () => {
    for (const name of ["FLAGS_DATABSE_URL", "FLAGS_DATABASE_URL_STAG"]) {
      const logger = heard();
      const env = { FLAGS_ENV: "staging", [name]: "file:x.db" };
      const { client } = await openFlags({ env, logger, initialTimeoutMs: 300 }, { folder: freshFolder() });
      await client.close();
      expect(logger.lines[0]).toContain(
        `${name} is set, but has no effect: its name must be FLAGS_DATABASE_URL_STAGING or FLAGS_DATABASE_URL`,
      );
    }
  });

  test("no file reads a control variable in another way", () => {
    const readers = globSync("src/**/*.ts").filter((file) => {
      const text = readFileSync(file, "utf8");
      return /\b(?:env|environment)(?:\.|\[["'`])FLAGS_(?!GITHUB_)/.test(text);
    });
    expect(readers).toEqual([]);
  });
});
