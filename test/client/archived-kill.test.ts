import { expect, onTestFinished, test } from "vitest";
import { createFlags } from "../../src/client/create-flags.ts";
import type { FlagDefinitions } from "../../src/core/flag/definitions.ts";
import { onEveryEngine } from "../support/flag-database.ts";
import { aFlag } from "../support/flags.ts";
import { flagPath, flagText } from "../support/flag-tree.ts";
import { aSyncedTree } from "../support/synced.ts";

onEveryEngine((engine) => {
  test("a flag that was disabled manually stays off when its file is removed, until it is released", async () => {
    const fallback = flagText({ lines: "rollout: all\nfallback: true" });
    const off = flagText({ enabled: false, lines: "rollout: all\nfallback: true" });
    const tree = await aSyncedTree(engine, { pay: fallback, other: fallback, git_off: off, kept: flagText() });
    await tree.database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'pay'");
    for (const key of ["pay", "other", "git_off"]) tree.repository.remove(flagPath(key));
    tree.repository.commit("Remove three flags (#2)");
    const plan = await tree.hoist("plan");
    expect(plan.out, plan.err).toContain("stays disabled manually, so it serves its off variant (off) as before");
    expect(plan.err).toBe("");
    const out = await tree.sync("--acknowledge", acknowledged(plan.out));
    expect(out).toContain("pay, which is archived, stays as it is: disabled manually");

    const definitions: FlagDefinitions = Object.fromEntries(
      ["pay", "other", "git_off"].map((key) => [key, aFlag({ key, fallback: "on" })]),
    );
    const start = async (env: Readonly<Record<string, string>> = {}, definitionsOrNone = definitions) => {
      const options = { environment: "production", database: tree.database.url, snapshotFile: false as const };
      const client = await createFlags({ ...options, env, logger: false, definitions: definitionsOrNone });
      onTestFinished(() => client.close());
      return client;
    };
    const flags = await start();
    expect(flags.evaluate("pay", true)).toMatchObject({ value: false, variant: "off", reason: "DISABLED" });
    expect(flags.isEnabled("pay")).toBe(false);
    // Nobody disabled these manually: they serve their code default.
    for (const key of ["other", "git_off"]) {
      expect(flags.evaluate(key, false)).toMatchObject({ value: true, metadata: { source: "definitions" } });
    }
    expect((await start({}, {})).value("pay", true)).toBe(false);
    expect((await start({ FEATURE_PAY: "true" })).isEnabled("pay")).toBe(true);
    expect((await start({ FEATURE_PAY: "true" }, {})).isEnabled("pay")).toBe(true);
    const why = await tree.hoist("why", "pay");
    expect(why.out).toMatch(/archived[\s\S]*no: serves the off variant to everyone/);

    await tree.sync("--release", "pay");
    expect((await start()).isEnabled("pay")).toBe(true);
  });
});

function acknowledged(plan: string): string {
  return /--acknowledge (\S+)/.exec(plan)?.[1] ?? "none";
}
