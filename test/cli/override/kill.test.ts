import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseOverrides } from "../../../src/core/override/parse-overrides.ts";
import { aFlagRepository, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { typeInSqlite } from "../../support/sqlite.ts";

interface Lines {
  readonly ways: readonly { readonly where: string; readonly line: string }[];
}

function aTree() {
  const { folder } = aFlagRepository({ workshop_routing: flagText(), workshop_reports: flagText() });
  return { folder, hoist: hoistIn(folder, { FLAGS_ENV: "development" }) };
}

async function lineFor(where: string, hoist: ReturnType<typeof hoistIn>, ...options: string[]): Promise<string> {
  const { out } = await hoist("kill", "workshop_routing", "--format", "json", ...options);
  const { ways } = JSON.parse(out) as Lines;
  return ways.find((way) => way.where === where)?.line ?? "";
}

test("the command for the override file works where its last line has no line ending", async () => {
  const { folder, hoist } = aTree();
  const file = join(folder, "overrides.env");
  writeFileSync(file, "FEATURE_OTHER=true");
  execFileSync("sh", ["-c", await lineFor("no restart", hoist)], {
    env: { ...process.env, FLAGS_OVERRIDE_FILE: file },
  });
  const { settings, problems } = parseOverrides({}, [{ origin: "file", path: file, text: readFileSync(file, "utf8") }]);
  expect(settings.map(({ variable, value }) => `${variable}=${value}`)).toEqual([
    "FEATURE_OTHER=true",
    "FEATURE_WORKSHOP_ROUTING=false",
  ]);
  expect(problems).toEqual([]);
});

test("the command for the embedded database disables only this flag", async () => {
  const { folder, hoist } = aTree();
  expect(await hoist("sync")).toMatchObject({ code: 0 });
  const line = await lineFor("embedded", hoist);
  // The path is absolute, so the command works in any folder.
  execFileSync("sh", ["-c", line], { cwd: "/" });
  const query = "SELECT feature_key, enabled FROM feature_toggles ORDER BY feature_key";
  const rows = await typeInSqlite(join(folder, ".flaghoist/development.db"), query);
  expect(rows).toBe("workshop_reports|1\nworkshop_routing|0\n");
});

describe("the command for the database", () => {
  const POSTGRES = "postgres://flags@127.0.0.1:1/flags";
  const lines = async (folder: string, env: Readonly<Record<string, string>>, ...options: string[]) => {
    const hoist = hoistIn(folder, { FLAGS_ENV: "development", ...env });
    return [await lineFor("everywhere", hoist, ...options), await lineFor("embedded", hoist, ...options)].map((line) =>
      line.replace(/ (?:-c )?"UPDATE.*/, ""),
    );
  };

  test("names the variable that is used for the environment", async () => {
    const { folder } = aTree();
    const env = { FLAGS_DATABASE_URL: POSTGRES, FLAGS_DATABASE_URL_PRODUCTION: POSTGRES };
    expect(await lines(folder, env)).toEqual(['psql "$FLAGS_DATABASE_URL"', ""]);
    expect(await lines(folder, env, "--env", "production")).toEqual(['psql "$FLAGS_DATABASE_URL_PRODUCTION"', ""]);
    expect(await lines(folder, { ...env, FLAGS_ENV: "production" })).toEqual([
      'psql "$FLAGS_DATABASE_URL_PRODUCTION"',
      "",
    ]);
  });

  test("names the file of the environment, by an absolute path in quotes", async () => {
    const { folder } = aTree();
    const [, line] = await lines(folder, { FLAGS_DATABASE_URL: "file:///srv/it's here/flags.db" });
    expect(line).toBe(String.raw`sqlite3 -cmd '.timeout 5000' '/srv/it'\''s here/flags.db'`);
    expect(await lines(folder, {}, "--env", "staging")).toEqual([
      'psql "${FLAGS_DATABASE_URL_STAGING:?is not set}"',
      `sqlite3 -cmd '.timeout 5000' '${join(folder, ".flaghoist/staging.db")}'`,
    ]);
  });

  test("is printed for an address that is not usable, too, and a note says why it is not", async () => {
    const hoist = hoistIn(aTree().folder, { FLAGS_DATABASE_URL_PRODUCTION: "" });
    const { code, out, err } = await hoist("kill", "workshop_routing", "--env", "production");
    expect([code, err]).toEqual([0, expect.stringContaining("FLAGS_DATABASE_URL_PRODUCTION is set, but empty")]);
    expect(out).toContain('psql "${FLAGS_DATABASE_URL_PRODUCTION:?is not set}"');
  });

  test("comes with a note about parameters that psql does not accept", async () => {
    const hoist = hoistIn(aTree().folder, { FLAGS_DATABASE_URL: `${POSTGRES}?uselibpqcompat=true&sslmode=require` });
    expect((await hoist("kill", "workshop_routing")).out).toContain(
      "psql does not accept uselibpqcompat: omit it from the address",
    );
  });

  test("needs a valid name of an environment", async () => {
    expect(await hoistIn(aTree().folder, {})("kill", "workshop_routing", "--env", "$(x)")).toMatchObject({
      code: 9,
      out: "",
    });
  });
});

test("an invalid key is refused", async () => {
  const { hoist } = aTree();
  expect(await hoist("kill", "Workshop_Routing")).toMatchObject({
    code: 9,
    out: "",
    err: expect.stringContaining('did you mean "workshop_routing"?') as string,
  });
  expect(await hoist("kill", "x'; DROP TABLE feature_toggles; --")).toMatchObject({ code: 9, out: "" });
});

test("a key without a file gets its commands, because the table may have it, and a note", async () => {
  const { hoist } = aTree();
  const { code, out, err } = await hoist("kill", "workshop_rooting");
  expect(code).toBe(0);
  expect(out).toContain("export FEATURE_WORKSHOP_ROOTING=false");
  expect(err).toContain('flag "workshop_rooting" does not exist in flags/; did you mean "workshop_routing"?');
});

test("names of segment and configuration files are not flags and get the note", async () => {
  const { hoist } = aTree();
  expect((await hoist("kill", "config")).err).toContain('flag "config" does not exist in flags/');
});
