import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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

async function lineFor(where: string, hoist: ReturnType<typeof hoistIn>): Promise<string> {
  const { out } = await hoist("kill", "workshop_routing", "--format", "json");
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
  const line = (await lineFor("embedded", hoist)).replace("ENV", "development");
  execFileSync("sh", ["-c", line], { cwd: folder });
  const query = "SELECT feature_key, enabled FROM feature_toggles ORDER BY feature_key";
  const rows = await typeInSqlite(join(folder, ".flaghoist/development.db"), query);
  expect(rows).toBe("workshop_reports|1\nworkshop_routing|0\n");
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
