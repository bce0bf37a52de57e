import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { z } from "zod";
import { isJsonObject, type JsonValue } from "../../../src/core/json.ts";
import { configFileShape } from "../../../src/source/shape/config-file.ts";
import { flagFileShape } from "../../../src/source/shape/flag-file.ts";
import { schemaTexts } from "../../../src/source/shape/schema-text.ts";
import type { FileKind } from "../../../src/source/load/parsed-file.ts";
import { segmentFileShape } from "../../../src/source/shape/segment-file.ts";
import { shapeFaults } from "../../../src/source/shape/shape.ts";
import { treeJson } from "../../../src/source/load/tree.ts";
import { readWorkTree } from "../../../src/source/read/work-tree.ts";
import { parseFile } from "../../../src/source/load/yaml-profile.ts";
import { randomFrom } from "../random.ts";

const ROUNDS = process.env["FULL"] === "1" ? 20_000 : 2_000;
const SEED = Number(process.env["SEED"] ?? 20_270_301);
const SHAPES: Readonly<Record<FileKind, z.ZodType>> = {
  flag: flagFileShape,
  segment: segmentFileShape,
  config: configFileShape,
};

test.each([...schemaTexts()])("schema/%s is a schema", (_, text) => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ["errorMessage"] });
  expect(ajv.validateSchema(JSON.parse(text)), ajv.errorsText()).toBe(true);
});

test.each([...schemaTexts()])("schema/%s is what the shapes say", (name, text) => {
  expect(readFileSync(new URL(`../../../schema/${name}`, import.meta.url), "utf8")).toBe(text);
});

test.each([...schemaTexts()])(
  "every field of schema/%s has a hover text, and nothing in it names a host",
  (name, text) => {
    const fields = fieldsOf(JSON.parse(text) as JsonValue, name);
    expect(
      fields
        .filter(([, field]) => !isJsonObject(field) || !("description" in field || "$ref" in field))
        .map(([path]) => path),
    ).toEqual([]);
    expect(text.replaceAll("https://json-schema.org/draft/2020-12/schema", "")).not.toMatch(/https?:/);
  },
);

function fieldsOf(json: JsonValue, path: string): readonly (readonly [string, JsonValue])[] {
  if (Array.isArray(json)) return json.flatMap((item: JsonValue, index) => fieldsOf(item, `${path}/${index}`));
  if (!isJsonObject(json)) return [];
  const own = isJsonObject(json["properties"]) ? Object.entries(json["properties"]) : [];
  const fields = own.map(([name, field]) => [`${path}/${name}`, field] as const);
  return [...fields, ...Object.entries(json).flatMap(([name, value]) => fieldsOf(value, `${path}/${name}`))];
}

test(`the generated schema and zod accept the same documents (seed ${SEED}, ${ROUNDS} rounds)`, async () => {
  const files = await readWorkTree(new URL("../../../", import.meta.url).pathname);
  const documents = files
    .filter(({ path }) => path.endsWith(".yaml"))
    .map((file) => {
      const kind: FileKind = file.path.includes("_config")
        ? "config"
        : file.path.includes("_segments")
          ? "segment"
          : "flag";
      return { kind, json: treeJson(parseFile(file).tree!) };
    });
  const random = randomFrom(SEED);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const grafts: readonly JsonValue[] = [
    null,
    true,
    5,
    -1,
    0.5,
    "",
    "25%",
    "100.1%",
    "all",
    "none",
    "x".repeat(130),
    "2027-03-01",
    "a:b",
    [],
    {},
    ["a"],
    [[]],
    [null],
    { percentage: "5%" },
    { roles: ["a"] },
    { roles: [] },
    { whitelist: {} },
    { whitelist: { a: [1, 1.5] } },
    { split: { a: "5%" } },
    { any: [{}] },
    { any: [] },
    { a: { exists: true, gt: 5 } },
    { a: { near: 1 } },
    { segment: ["a", "b"] },
    { segment: "" },
    { "a b": true },
    { "10": "5%" },
    { reason: "x", production: "1f3a9c2e" },
    { reason: "x", production: "zz" },
    { gate: "5%" },
  ];
  const rejected = { zod: 0, accepted: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { kind, json } = pick(documents);
    const mutant = graft(json, 1 + Math.floor(random() * 2));
    const byZod = SHAPES[kind].safeParse(mutant).success;
    const faults = shapeFaults(kind, mutant);
    if (byZod !== (faults.length === 0)) expect({ round, kind, mutant, faults }).toEqual({ zodAccepts: byZod });
    rejected[byZod ? "accepted" : "zod"] += 1;
  }
  // Both kinds have to come up often, or the comparison says little.
  expect(Math.min(rejected.zod, rejected.accepted)).toBeGreaterThan(ROUNDS / 20);

  function graft(json: JsonValue, times: number): JsonValue {
    const copy = structuredClone(json);
    const places: { readonly holder: Record<string, JsonValue>; readonly key: string }[] = [];
    const visit = (node: JsonValue): void => {
      if (typeof node !== "object" || node === null) return;
      const holder = node as Record<string, JsonValue>;
      for (const key of Object.keys(holder)) {
        places.push({ holder, key });
        visit(holder[key]!);
      }
    };
    visit(copy);
    for (let time = 0; time < times; time += 1) {
      const { holder, key } = pick(places);
      const way = random();
      if (way < 0.6) holder[key] = structuredClone(pick(grafts));
      else if (way < 0.8 && !Array.isArray(holder)) delete holder[key];
      else if (!Array.isArray(holder))
        holder[pick(["x", "rollout", "serve", "by", "not", "salt", "tags"])] = structuredClone(pick(grafts));
    }
    return copy;
  }
});

test("any JSON is accepted or explained by the schema, and never causes a throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom<FileKind>("flag", "segment", "config"), (json, kind) => {
      const faults = shapeFaults(kind, json as JsonValue);
      expect(faults.length === 0).toBe(SHAPES[kind].safeParse(json).success);
      for (const { problem } of faults) expect(problem.message).not.toMatch(/undefined|\[object/);
    }),
    { seed: SEED, numRuns: 500 },
  );
});
