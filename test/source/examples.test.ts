import { expect, test } from "vitest";
import { loadFlags } from "../../src/source/load/load.ts";
import { runInlineTests } from "../../src/source/check/inline-tests.ts";
import { readWorkTree } from "../../src/source/read/work-tree.ts";

const root = new URL("../../", import.meta.url).pathname;

test("the example flags are valid, and all of their tests pass", async () => {
  const loaded = loadFlags(await readWorkTree(root));
  expect(loaded.diagnostics).toEqual([]);
  expect(runInlineTests(loaded)).toEqual({ passed: loaded.testCount, failures: [] });
  expect(loaded.testCount).toBeGreaterThanOrEqual(loaded.flags.length);
});

test("all workshop flags are off for everyone in production", async () => {
  const flags = loadFlags(await readWorkTree(root)).flagsFor("production");
  const workshop = [...flags.values()].filter(({ key }) => key.startsWith("workshop_"));
  expect(workshop.map(({ key, enabled, rollout }) => [key, enabled, rollout])).toEqual([
    ["workshop_admin_panel", false, { strategy: "role", roles: ["admin", "workshop_admin"] }],
    ["workshop_booking_ui", false, { strategy: "all" }],
    ["workshop_mechanic_profiles", false, { strategy: "all" }],
    ["workshop_payments", false, { strategy: "all" }],
    ["workshop_reports", false, { strategy: "role", roles: ["admin", "workshop_admin"] }],
    ["workshop_routing", false, { strategy: "all" }],
  ]);
});

test("every example names its schema for the editor, and the path leads to it", async () => {
  for (const { path, bytes } of (await readWorkTree(root)).filter((file) => file.path.endsWith(".yaml"))) {
    const [first] = new TextDecoder().decode(bytes).split("\n");
    const kind = path.includes("_config") ? "config" : path.includes("_segments") ? "segment" : "flag";
    const up = "../".repeat(path.split("/").length - 2) || "./";
    expect([path, first]).toEqual([path, `# yaml-language-server: $schema=${up}_schema/${kind}.schema.json`]);
  }
});
