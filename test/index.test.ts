import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { FlagDefinition } from "../src/core/flag/definitions.ts";
import * as door from "../src/index.ts";
import { migrateStore, openStore } from "../src/store/open.ts";
import type { FlagStore } from "../src/store/store.ts";
import { aWrite, write } from "./store/rows.ts";
import { fileUrl, freshFile } from "./support/sqlite.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const QUIET = { logger: false, snapshotFile: false } as const;
const LATER: FlagDefinition = {
  name: "Later",
  description: "",
  owner: null,
  kind: null,
  type: "boolean",
  variants: { on: true, off: false },
  offVariant: "off",
  fallback: "on",
  tags: [],
  client: false,
};

async function synced(url: string): Promise<FlagStore> {
  await migrateStore(url, "development");
  const store = await openStore(url);
  onTestFinished(() => store.close());
  await write(store, [
    aWrite({
      key: "workshop_routing",
      columns: { enabled: true, display_name: "Routing", rollout_strategy: "percentage", rollout_percentage: 50 },
    }),
    aWrite({ key: "booking", columns: { enabled: true, display_name: "Booking" } }),
    aWrite({
      key: "limit",
      columns: {
        enabled: true,
        display_name: "A limit",
        flag_type: "number",
        variants: { low: 1, high: 9 },
        off_variant: "low",
        fallback: "low",
        serve: "high",
      },
    }),
  ]);
  return store;
}

describe("the default client", () => {
  let url: string;
  let store: FlagStore;
  beforeEach(async () => {
    url = fileUrl(freshFile("development.db"));
    store = await synced(url);
    door.configureFlags({ ...QUIET, database: url, environment: "development", env: {} });
  });
  afterEach(door.closeFlags);

  test("has the documented functions", async () => {
    expect(await door.isFeatureEnabled("booking", { userId: "user-42" })).toBe(true);
    expect(await door.isFeatureEnabled("nothing")).toBe(false);
    expect(await door.isFeatureEnabled("limit")).toBe(false);
    expect(await door.isFeatureEnabled("workshop_routing")).toBe(false);
    const [first, ...others] = await Promise.all(
      Array.from({ length: 20 }, () => door.isFeatureEnabled("workshop_routing", { userId: "user-42" })),
    );
    expect(new Set(others)).toEqual(new Set([first]));
    expect(await door.checkFeatures(["booking", "nothing", "__proto__"])).toEqual(
      Object.fromEntries([
        ["booking", true],
        ["nothing", false],
        ["__proto__", false],
      ]),
    );
    expect(await door.getFeatureFlags({ userId: "user-42" })).toEqual({
      booking: true,
      limit: 9,
      workshop_routing: first,
    });
    expect((await door.getAllToggles()).map((row) => [row.display_name, row.enabled, row.rollout_percentage])).toEqual([
      ["A limit", true, 100],
      ["Booking", true, 100],
      ["Routing", true, 50],
    ]);
  });

  test("is shared with a second copy of the module", async () => {
    await door.isFeatureEnabled("booking");
    vi.resetModules();
    const copy = await import("../src/index.ts");
    expect(copy.isFeatureEnabled).not.toBe(door.isFeatureEnabled);
    expect(() => copy.configureFlags({ heartbeat: false })).toThrow(/only definitions can be added/);
    expect(await copy.isFeatureEnabled("booking")).toBe(true);
    expect(await store.instances(60_000)).toHaveLength(1);
    await copy.closeFlags();
    expect(() => door.configureFlags({ heartbeat: false })).not.toThrow();
  });

  test("takes definitions before and after its first use", async () => {
    door.configureFlags({ definitions: { later: LATER } });
    expect(await door.isFeatureEnabled("later")).toBe(true);
    door.configureFlags({ definitions: { latest: LATER } });
    expect(await door.checkFeatures(["later", "latest"])).toEqual({ later: true, latest: true });
  });

  test("refuses invalid options immediately and keeps the earlier ones", async () => {
    expect(() => door.configureFlags({ pollIntervalMs: Number.NaN })).toThrow(/pollIntervalMs/);
    expect(await door.isFeatureEnabled("booking")).toBe(true);
  });

  test("can be closed while it opens, and opens again with the next use", async () => {
    const answer = door.isFeatureEnabled("booking");
    await door.closeFlags();
    await door.closeFlags();
    await answer;
    expect(await door.isFeatureEnabled("booking")).toBe(true);
  });

  test("neither reads nor waits after the first use", async () => {
    await door.isFeatureEnabled("booking");
    const { StatementSync } = process.getBuiltinModule("node:sqlite");
    const statements = (["get", "all", "run"] as const).map((name) => vi.spyOn(StatementSync.prototype, name));
    onTestFinished(() => statements.forEach((spy) => spy.mockRestore()));
    let turns = 0;
    setImmediate(() => (turns += 1));
    for (let call = 0; call < 1000; call++) await door.isFeatureEnabled("workshop_routing", { userId: `user-${call}` });
    expect(turns).toBe(0);
    expect(statements.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0]);
    // The spies do see what a client reads.
    await door.closeFlags();
    await door.isFeatureEnabled("booking");
    expect(statements.some((spy) => spy.mock.calls.length > 0)).toBe(true);
  });
});

describe("a program that uses the entry point", () => {
  /** What it printed and how it ended, in a folder of its own. */
  async function program(source: string, env: Readonly<Record<string, string>> = {}) {
    const folder = mkdtempSync(join(tmpdir(), "flaghoist-program-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "program.ts");
    const index = pathToFileURL(join(ROOT, "src/index.ts")).href;
    writeFileSync(file, `import * as flags from ${JSON.stringify(index)};\n${source}`);
    const node = process.execPath;
    const options = { cwd: folder, env: { PATH: process.env["PATH"] ?? "", ...env }, timeout: 30_000 };
    return run(node, ["--unhandled-rejections=strict", file], options);
  }

  test("ends by itself after close, and also without it", async () => {
    const url = fileUrl(freshFile("development.db"));
    await synced(url);
    const env = { FLAGS_DATABASE_URL: url, FLAGS_OVERRIDE_FILE: "overrides.env" };
    const use = "const client = await flags.createFlags(); console.log(client.isEnabled('booking'));";
    const closed = await program(
      `${use} await client.close(); await new Promise(setImmediate); console.log(process.getActiveResourcesInfo().filter((r) => r !== "PipeWrap").join());`,
      env,
    );
    expect(closed.stdout).toBe("true\n\n");
    expect((await program(`${use} await flags.isFeatureEnabled("booking");`, env)).stdout).toBe("true\n");
  });

  test("waits for its first flags although nothing else keeps it alive, and logs the problem on stderr", async () => {
    const { stdout, stderr } = await program("console.log(await flags.isFeatureEnabled('booking'));", {
      FLAGS_ENV: "production",
    });
    expect(stdout).toBe("false\n");
    expect(stderr).toMatch(/^flaghoist: ERROR {5}flag database not found \(neither /);
    expect(stderr).toContain("flaghoist: WARNING   production, no flag data yet: callers get their default values\n");
  });

  test("can set a flag with FEATURE_X=true without a database", async () => {
    const { stdout } = await program("console.log(await flags.isFeatureEnabled('voice_logging'));", {
      FEATURE_VOICE_LOGGING: "true",
    });
    expect(stdout).toBe("true\n");
  });

  test("continues when stderr is closed", async () => {
    const child = program("process.stderr.destroy(); console.log(await flags.isFeatureEnabled('x'));");
    await expect(child).resolves.toMatchObject({ stdout: "false\n" });
  });
});

test("two copies of the package in one process share the default client", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-copy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, "src"), join(folder, "src"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const program = join(folder, "program.ts");
  writeFileSync(
    program,
    `import { configureFlags, closeFlags, isFeatureEnabled } from ${JSON.stringify(pathToFileURL(join(ROOT, "src/index.ts")).href)};
     import * as copy from "./src/index.ts";
     configureFlags({ logger: false, env: { FEATURE_X: "true" } });
     console.log(copy.isFeatureEnabled === isFeatureEnabled, await copy.isFeatureEnabled("x"), await isFeatureEnabled("x"));
     await closeFlags();`,
  );
  const { stdout } = await run(process.execPath, [program], { cwd: dirname(program) });
  expect(stdout).toBe("false true true\n");
});
