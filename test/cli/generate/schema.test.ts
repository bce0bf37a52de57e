import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hoistIn } from "../../support/hoist.ts";
import { aFlagRepository, flagText } from "../../support/flag-tree.ts";
import { aFolder } from "../../support/repository.ts";

const FILES = ["flag", "segment", "config"].map((kind) => `flags/_schema/${kind}.schema.json`);

test("hoist schema writes stale files, --check reports them, and the loader ignores flags/_schema/", async () => {
  const { folder } = aFlagRepository({ one: flagText() });
  const hoist = hoistIn(folder);
  expect(await hoist("schema", "--check")).toEqual({
    code: 3,
    out: "",
    err: `stale  ${FILES.join(", ")}: out of date with flags/    exit 3\n       run hoist schema and commit the result`,
  });
  expect(await hoist("schema")).toEqual({ code: 0, out: `✓ written: ${FILES.join(", ")}`, err: "" });
  expect((await hoist("validate")).out).toBe("✓ 1 flag valid, 0 tests passed");
  expect(await hoist("schema", "--check")).toEqual({ code: 0, out: "✓ up to date: flags/_schema/", err: "" });

  const [first = ""] = FILES;
  const file = join(folder, first);
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("\n", "\r\n"));
  expect((await hoist("schema", "--check")).code).toBe(0);
  writeFileSync(join(folder, "flags/two.yaml"), flagText());
  expect((await hoist("schema")).out).toBe("✓ written: flags/_schema/flag.schema.json");
});

test("files with errors contribute the names that can be read", async () => {
  const { folder } = aFlagRepository({ one: flagText(), broken: "type: string\nvariants: { red: r, blue: b }\n" });
  mkdirSync(join(folder, "flags/_segments"));
  writeFileSync(join(folder, "flags/_segments/staff.yaml"), "description: 4\n");
  expect(await hoistIn(folder)("schema")).toMatchObject({ code: 0 });
  const schema = readFileSync(join(folder, "flags/_schema/flag.schema.json"), "utf8");
  for (const name of ["staff", "team-checkout", "production", "workshopId", "red", "broken"]) {
    expect(schema).toContain(JSON.stringify(name));
  }
});

test("with an invalid _config.yaml the general schema is used, so that one mistake does not mark every file", async () => {
  const { folder } = aFlagRepository({ one: flagText() });
  writeFileSync(join(folder, "flags/_config.yaml"), "environments: {");
  expect((await hoistIn(folder)("schema")).code).toBe(0);
  const { properties, $defs } = JSON.parse(readFileSync(join(folder, "flags/_schema/flag.schema.json"), "utf8"));
  expect(properties.owner).not.toHaveProperty("enum");
  expect($defs.Condition.additionalProperties).toEqual({ $ref: "#/$defs/Matcher" });
});

test("without flags/ the command fails", async () => {
  expect(await hoistIn(aFolder())("schema")).toMatchObject({ code: 3, out: "" });
});
