import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { heavyDoors, impureImports, layerViolations, reachesOut, RUNTIME_DOORS } from "./support/architecture.ts";
import { importsOf, sourceFiles } from "./support/imports.ts";
import { aFolder } from "./support/repository.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

describe("the source tree", () => {
  test("an import goes to a lower floor or stays in its folder", async () => {
    const imports = await importsOf(SRC);
    expect(imports.length).toBeGreaterThan(50);
    expect(layerViolations(imports)).toEqual([]);
  });

  test("core/ uses nothing but itself and semver", async () => {
    expect(impureImports(await importsOf(SRC))).toEqual([]);
  });

  test("core/ reaches for no clock, environment, console or chance, and only cli/ ends the process", async () => {
    expect(await reachesOut(SRC)).toEqual([]);
  });

  test("the runtime doors load nothing heavy", async () => {
    const doors = RUNTIME_DOORS.filter((door) => existsSync(join(SRC, door)));
    expect(heavyDoors(await importsOf(SRC), doors)).toEqual([]);
  });

  test("the doors are those that the package exports", () => {
    const manifest = JSON.parse(readFileSync(join(SRC, "../package.json"), "utf8")) as {
      exports: Record<string, string>;
    };
    const exported = Object.values(manifest.exports);
    const existing = sourceFiles(SRC).filter((file) => /^(?:\w+\/)?index\.tsx?$/.test(file));
    expect(exported).toEqual(expect.arrayContaining(existing.map((file) => `./src/${file}`)));
  });
});

describe("the checks themselves", () => {
  function planted(files: Readonly<Record<string, string>>): string {
    const folder = aFolder();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  test("upward and sideways imports are found in every form, and downward ones are not", async () => {
    const folder = planted({
      "core/a.ts": `import type { S } from "../store/store.ts";\nexport type A = S;`,
      "core/b.ts": `export const load = () => import("../client/c.ts");`,
      "core/c.ts": `export type C = typeof import("../sync/s.ts");`,
      "core/d.ts": `export {\n  one,\n  two,\n} from "../cli/main.ts";`,
      "core/e.ts": `export * from "../index.ts"; import "../core/a.ts";`,
      "store/store.ts": `import { type X } from "../history/x.ts"; import { y } from "../core/a.ts"; export type S = X | typeof y;`,
      "client/c.ts": `// import { no } from "../cli/main.ts";\nexport const s = 'import x from "../cli/main.ts"';`,
      "client/json.ts": `import p from "../../package.json" with { type: "json" }; import t from "../../test/x.ts"; export const v = [p, t];`,
      "cli/main.ts": `import { s } from "../client/c.ts"; import { readFile } from "node:fs"; export const m = [s, readFile];`,
      "odd/thing.ts": `import "../core/a.ts";`,
      "server/page.tsx": `import { View } from "../react/view.tsx"; export const page = <View />;`,
    });
    expect([...layerViolations(await importsOf(folder))].sort()).toEqual([
      "client/json.ts imports ../test/x.ts, outside src/",
      "core/a.ts imports store/store.ts: store is above core",
      "core/b.ts imports client/c.ts: client is above core",
      "core/c.ts imports sync/s.ts: sync is above core",
      "core/d.ts imports cli/main.ts: cli is above core",
      "core/e.ts imports index.ts: index.ts is above core",
      "odd/thing.ts imports core/a.ts: odd stands on no floor",
      "server/page.tsx imports react/view.tsx: react is beside server",
      "store/store.ts imports history/x.ts: history is beside store",
    ]);
  });

  test("packages in core/ are found, types included", async () => {
    const folder = planted({
      "core/a.ts": `import { readFile } from "node:fs/promises"; import semver from "semver"; export const a = [readFile, semver];`,
      "core/b.ts": `import type { z } from "zod"; import range from "semver/classes/range.js"; export type B = z | typeof range;`,
      "core/c.ts": `import s from "semver-extra"; export const c = s;`,
      "store/a.ts": `import "node:sqlite";`,
    });
    expect([...impureImports(await importsOf(folder))].sort()).toEqual([
      "core/a.ts imports node:fs/promises",
      "core/b.ts imports zod",
      "core/c.ts imports semver-extra",
    ]);
  });

  test("clock, environment, console, chance and process.exit are found in code, not in comments and types", async () => {
    const folder = planted({
      "core/clock.ts": "export const now = () => Date.now();",
      "core/date.ts": "export const now = () => new Date( );",
      "core/env.ts": 'export const x = process.env["X"];',
      "core/log.ts": 'console["log"](1);',
      "core/chance.ts": "export const r = Math.random();",
      "core/fine.ts":
        "/** process.env and Date.now() */\n// console.log(1)\nexport const d = (at: Date) => new Date(at);",
      "sync/end.ts": "export const end = () => process.exit(1);",
      "cli/end.ts": "export const end = () => process.exit(1);",
    });
    expect(await reachesOut(folder)).toEqual([
      "core/chance.ts reaches for chance",
      "core/clock.ts reaches for the clock",
      "core/date.ts reaches for the clock",
      "core/env.ts reaches for the process",
      "core/log.ts reaches for the console",
      "sync/end.ts ends the process",
    ]);
  });

  test("a heavy package behind a door is found with the way to it; types and dynamic imports are free", async () => {
    const folder = planted({
      "index.ts": `import { a } from "./client/a.ts"; import type { Document } from "yaml"; export const i = (d: Document) => [a, d];`,
      "client/a.ts": `import { b } from "./b.ts"; export const a = [b, () => import("../github/g.ts")];`,
      "client/b.ts": `import { DatabaseSync } from "node:sqlite"; import "pg-types"; export const b = DatabaseSync;`,
      "github/g.ts": `import "simple-git";`,
    });
    expect(heavyDoors(await importsOf(folder), ["index.ts"])).toEqual([
      "index.ts → client/a.ts → client/b.ts → node:sqlite",
    ]);
  });
});
