import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { execFileSync } from "node:child_process";
import { build, transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FlagDefinitions } from "../../../src/core/flag/definitions.ts";
import { filesBelow } from "../../../scripts/build/files.ts";
import { hoistIn } from "../../support/hoist.ts";
import { installPackage, type InstalledPackage } from "../../support/package.ts";
import { aFolder } from "../../support/repository.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A small application; `.txt` keeps it out of this project's own compiler and tests. */
const APP = join(ROOT, "test/fixtures/app");

describe("an application with generated modules", () => {
  let app: InstalledPackage;
  let out: string;
  beforeAll(async () => {
    app = installPackage();
    app.addPeers();
    symlinkSync(realpathSync(join(ROOT, "node_modules/vitest")), join(app.folder, "node_modules/vitest"));
    for (const file of filesBelow(APP))
      app.write(relative(APP, file).replace(/\.txt$/, ""), readFileSync(file, "utf8"));
    cpSync(join(ROOT, "flags"), join(app.folder, "flags"), { recursive: true });
    const { code, err } = await hoistIn(app.folder)("generate");
    if (code !== 0) throw new Error(err);
    out = join(app.folder, "src/flags");
  });
  afterAll(() => app.remove());

  test.each([
    ["nodenext", ["--module", "nodenext"]],
    ["bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
  ])("compiles, and every mistake in using it is refused (%s)", (_, options) => {
    const strict = [
      "--strict",
      "--isolatedModules",
      "--verbatimModuleSyntax",
      "--exactOptionalPropertyTypes",
      "--noEmit",
    ];
    const files = ["src/booking.ts", "src/mistakes.ts", "src/page.ts", "test/booking.test.ts"];
    const types = ["--target", "es2024", "--types", "node", "--skipLibCheck"];
    expect(app.tsc("--ignoreConfig", ...strict, ...options, ...types, ...files)).toBe("");
  });

  test("deleting a flag's file causes a compiler error where the flag is used", async () => {
    const copy = join(app.folder, "deleted");
    for (const folder of ["flags", "src"]) cpSync(join(app.folder, folder), join(copy, folder), { recursive: true });
    rmSync(join(copy, "flags/booking/recurring_bookings.yaml"));
    expect(await hoistIn(copy)("generate")).toMatchObject({ code: 0 });
    const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    expect(() => app.tsc("--ignoreConfig", ...options, "deleted/src/booking.ts")).toThrow(
      /booking\.ts\(5,.*TS2345.*recurring_bookings/,
    );
  });

  test("vi.mock of the server module works, with a function mocked per test", () => {
    const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
    app.node(
      vitest,
      "run",
      "--root",
      app.folder,
      "--reporter=json",
      "--outputFile=report.json",
      "test/booking.test.ts",
    );
    const report: unknown = JSON.parse(readFileSync(join(app.folder, "report.json"), "utf8"));
    expect(report).toMatchObject({ success: true, numPassedTests: 3, numFailedTests: 0 });
  });

  test("without data each flag serves its fallback, unless an override is set", async () => {
    const { code } = await transform(readFileSync(join(out, "server.ts"), "utf8"), { loader: "ts", format: "esm" });
    app.write("src/flags/server.js", code);
    app.write(
      "run.js",
      `import { configureFlags } from "flaghoist";
      configureFlags({ environment: "staging", database: "file:./none.db", initialTimeoutMs: 250, logger: false, snapshotFile: false });
      const { checkFeatures, closeFlags, getFeatureFlags } = await import("./src/flags/server.js");
      console.log(JSON.stringify([await checkFeatures(["workshop_routing", "voice_logging"]), (await getFeatureFlags()).checkout_button]));
      await closeFlags();`,
    );
    const answers = execFileSync(process.execPath, ["run.js"], {
      cwd: app.folder,
      encoding: "utf8",
      env: { ...process.env, FEATURE_VOICE_LOGGING: "true" },
    });
    expect(JSON.parse(answers)).toEqual([{ workshop_routing: false, voice_logging: true }, "#444444"]);
  });

  test("a browser's bundle contains only the definitions module, with client flags only", async () => {
    const options = { bundle: true, write: false, format: "esm", platform: "browser", metafile: true } as const;
    const bundle = await build({ ...options, absWorkingDir: app.folder, entryPoints: ["src/page.ts"] });
    expect(Object.keys(bundle.metafile.inputs).sort()).toEqual(["src/flags/definitions.ts", "src/page.ts"]);
    const { text } = bundle.outputFiles[0]!;
    expect(text).toContain("Recurring bookings");
    for (const secret of ["workshop_reports", "workshop_payments", "Workshop payments", "team-booking", 'mechanic"']) {
      expect(text).not.toContain(secret);
    }
  });

  test("the client definitions have the public flags, the server definitions every flag", async () => {
    const module: { clientDefinitions: FlagDefinitions } = await import(join(out, "definitions.ts"));
    const shown = Object.entries(module.clientDefinitions);
    expect(shown.map(([key]) => key)).toContain("checkout_button");
    expect(shown.every(([, { client, owner }]) => client && owner === null)).toBe(true);
    expect(readFileSync(join(out, "server.ts"), "utf8")).toContain("\n  workshop_reports: {\n");
  });

  test("a formatter with default settings does not change the generated modules", () => {
    writeFileSync(join(app.folder, "biome.json"), '{ "formatter": { "indentStyle": "space" } }');
    const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
    app.node(biome, "format", "src/flags/definitions.ts", "src/flags/server.ts");
  });
});

const CONFIG = `environments: { production: {} }
owners: { team-web: "@acme/web" }
attributes: { plan-name: { type: string, values: ["it's", 'say "hi"'] }, seats: { type: number }, since: { type: date } }
`;
const ODD = `name: "Ends */ here, and 'goes on' with \\"quotes\\""
description: A description that is so long that no formatter leaves it on the line where its key stands.
owner: team-web
kind: ops
type: object
variants: { none: {}, some: { a-b: [1, 2.5, null, true], "1": { deep: [{ x: "a\\nb" }] }, long: [aaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccc] } }
offVariant: none
client: true
enabled: true
rollout: all
serve: some
`;

function anOddTree(): string {
  const folder = aFolder();
  mkdirSync(join(folder, "flags"));
  writeFileSync(join(folder, "flags/_config.yaml"), CONFIG);
  writeFileSync(join(folder, "flags/new-checkout.yaml"), ODD);
  return folder;
}

test("texts and values cannot end the comment or literal that they are in", async () => {
  const folder = anOddTree();
  await hoistIn(folder)("generate");
  const module: { clientDefinitions: FlagDefinitions } = await import(join(folder, "src/flags/definitions.ts"));
  expect(module.clientDefinitions["new-checkout"]).toMatchObject({
    name: "Ends */ here, and 'goes on' with \"quotes\"",
    variants: { none: {}, some: { "a-b": [1, 2.5, null, true], "1": { deep: [{ x: "a\nb" }] } } },
  });
  writeFileSync(join(folder, "biome.json"), '{ "formatter": { "indentStyle": "space" } }');
  const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  execFileSync(process.execPath, [biome, "format", "src/flags"], { cwd: folder, stdio: "pipe" });
});

describe("hoist generate", () => {
  test("writes the same text every time, and --check reports stale files", async () => {
    const folder = anOddTree();
    const hoist = hoistIn(folder);
    expect(await hoist("generate", "--check")).toMatchObject({
      code: 3,
      err: "stale  src/flags/definitions.ts, src/flags/server.ts: out of date with flags/    exit 3\n       run hoist generate and commit the result",
    });
    expect(existsSync(join(folder, "src"))).toBe(false);
    expect((await hoist("generate")).out).toBe("✓ written: src/flags/definitions.ts, src/flags/server.ts");
    expect((await hoist("generate")).out).toBe("✓ up to date: src/flags/definitions.ts, src/flags/server.ts");
    expect(await hoist("generate", "--check")).toMatchObject({ code: 0, err: "" });
    writeFileSync(join(folder, "flags/other.yaml"), ODD);
    expect((await hoist("generate", "--check")).code).toBe(3);
  });

  test("line endings that git converts do not make a file stale", async () => {
    const folder = anOddTree();
    const hoist = hoistIn(folder);
    await hoist("generate", "--out", "lib");
    const file = join(folder, "lib/server.ts");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("\n", "\r\n"));
    expect((await hoist("generate", "--out", "lib", "--check")).code).toBe(0);
  });

  test("does not replace a hand-written file", async () => {
    const folder = anOddTree();
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "lib/server.ts"), "export const mine = 1;\n");
    const refused = await hoistIn(folder)("generate", "--out", "lib");
    expect(refused).toMatchObject({ code: 9, out: "" });
    expect(refused.err).toContain("lib/server.ts was not written by hoist generate, so it was not replaced");
    expect(existsSync(join(folder, "lib/definitions.ts"))).toBe(false);
  });

  test("writes nothing from files with errors, and shows the errors", async () => {
    const folder = anOddTree();
    writeFileSync(join(folder, "flags/new-checkout.yaml"), ODD.replace("team-web", "team-wbe"));
    const refused = await hoistIn(folder)("generate");
    expect(refused.code).toBe(3);
    expect(refused.out).toContain("unknown-owner");
    expect(existsSync(join(folder, "src"))).toBe(false);
  });
});
