import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  heavyEntryPoints,
  importCycles,
  impureImports,
  layerViolations,
  RUNTIME_ENTRY_POINTS,
  sideEffects,
} from "./support/architecture.ts";
import { fileAccess } from "./support/file-access.ts";
import { importsOf, loadedWith, sourceFiles } from "./support/imports.ts";
import { nameLookups } from "./support/name-lookups.ts";
import { aFolder } from "./support/repository.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

describe("the source tree", () => {
  test("a file imports only from a lower layer or from its own folder", async () => {
    const imports = await importsOf(SRC);
    expect(imports.length).toBeGreaterThan(50);
    expect(layerViolations(imports)).toEqual([]);
  });

  test("imports form no cycle, including type imports", async () => {
    expect(importCycles(await importsOf(SRC))).toEqual([]);
  });

  test("core/ imports only itself and semver", async () => {
    expect(impureImports(await importsOf(SRC))).toEqual([]);
  });

  test("core/ does not access clock, environment, console or randomness, and only cli/ ends the process", async () => {
    expect(await sideEffects(SRC)).toEqual([]);
  });

  test("a name that is not a literal is looked up in a Map or with core/own.ts, because every object inherits properties", () => {
    const found = nameLookups(join(SRC, "../tsconfig.json"), SRC);
    expect(found.filter((each) => !each.startsWith("core/own.ts:"))).toEqual([]);
    expect(found).not.toEqual([]);
  });

  test("only history/git.ts starts programs, so that every git has the same configuration", async () => {
    const starting = (await importsOf(SRC)).filter(({ to }) => /^(?:(?:node:)?child_process|simple-git)$/.test(to));
    expect([...new Set(starting.map(({ from }) => from))]).toEqual(["history/git.ts"]);
  });

  test("only files/ opens and writes files", async () => {
    expect(await fileAccess(SRC)).toEqual([]);
  });

  test("the entry points for programs load nothing heavy", async () => {
    const entryPoints = RUNTIME_ENTRY_POINTS.filter((file) => existsSync(join(SRC, file)));
    expect(heavyEntryPoints(await importsOf(SRC), entryPoints)).toEqual([]);
  });

  test("no command loads zod, which is only needed to generate the schemas", async () => {
    const loaded = loadedWith(await importsOf(SRC), "cli/main.ts", ["static", "dynamic"]);
    expect(loaded.size).toBeGreaterThan(10);
    expect(loaded.get("zod")).toBeUndefined();
  });

  test("the package exports every entry point", () => {
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

  test("upward and sideways imports are reported in every form; downward imports are not", async () => {
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
      "odd/thing.ts imports core/a.ts: odd is not in the table of layers",
      "server/page.tsx imports react/view.tsx: react is beside server",
      "store/store.ts imports history/x.ts: history is beside store",
    ]);
  });

  test("a cycle of files is reported once, even if a type import closes it; two import paths to one file are not a cycle", async () => {
    const folder = planted({
      "core/a.ts": `import { b } from "./b.ts"; export type A = number; export const a = b;`,
      "core/b.ts": `import { c } from "./c.ts"; export const b = c;`,
      "core/c.ts": `import type { A } from "./a.ts"; export const c: A = 1;`,
      "core/top.ts": `import { a } from "./a.ts"; import { b } from "./b.ts"; export const top = [a, b];`,
    });
    expect(importCycles(await importsOf(folder))).toEqual(["core/a.ts → core/b.ts → core/c.ts → core/a.ts"]);
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

  test("clock, environment, console, randomness and process.exit are found in code, not in comments and types", async () => {
    const folder = planted({
      "core/clock.ts": "export const now = () => Date.now();",
      "core/date.ts": "export const now = () => new Date( );",
      "core/env.ts": 'export const x = process.env["X"];',
      "core/log.ts": 'console["log"](1);',
      "core/random.ts": "export const r = Math.random();",
      "core/fine.ts":
        "/** process.env and Date.now() */\n// console.log(1)\nexport const d = (at: Date) => new Date(at);",
      "sync/end.ts": "export const end = () => process.exit(1);",
      "cli/end.ts": "export const end = () => process.exit(1);",
    });
    expect(await sideEffects(folder)).toEqual([
      "core/clock.ts accesses the clock",
      "core/date.ts accesses the clock",
      "core/env.ts accesses the process",
      "core/log.ts accesses the console",
      "core/random.ts accesses randomness",
      "sync/end.ts ends the process",
    ]);
  });

  test("names from data that are looked up on an object are found; numbers and unions of literals are allowed", () => {
    const folder = planted({
      "tsconfig.json": `{ "compilerOptions": { "strict": true, "lib": ["es2024"], "types": [] }, "include": ["src"] }`,
      "src/found.ts": [
        "type Open = Record<string, number>;",
        "export const read = (o: Open, name: string) => o[name];",
        "export const maybe = (o: Open | undefined, name: string) => o?.[name];",
        "export const template = (o: Open, n: number) => o[`key-${n}`];",
        "export const any = (o: Open, name: any) => o[name];",
        "export const generic = <Name extends string>(o: Open, name: Name) => o[name];",
        "export const write = (o: Open, name: string) => { o[name] = 1; };",
        "export const has = (o: object, name: string) => name in o;",
        "export const reflect = (o: object, name: string) => Reflect.get(o, name);",
        "export const owned = (o: object, name: string) => o.hasOwnProperty(name);",
        "export const apart = (o: Open, name: string) => { const { [name]: value } = o; return value; };",
        "export const merged = (o: Open) => Object.assign({}, o);",
      ].join("\n"),
      "src/allowed.ts": [
        "interface Row { readonly id: string; readonly size: number }",
        "export const literal = (o: Record<string, number>) => o['size'];",
        "export const union = (row: Row, name: 'id' | 'size') => row[name];",
        "export const generic = <Name extends keyof Row>(row: Row, name: Name) => row[name];",
        "export const index = (list: readonly string[], at: number) => list[at];",
        "export const map = (map: ReadonlyMap<string, number>, name: string) => map.get(name);",
        "export const tagged = (row: Row | { kind: string }) => 'kind' in row;",
        "export const symbol = (o: { [Symbol.iterator]: number }) => o[Symbol.iterator];",
        "export const removed = (o: Record<string, number>, name: string) => { delete o[name]; };",
        "export const made = (name: string) => ({ [name]: 1 });",
        "export const merged = (row: Row) => Object.assign({}, row);",
      ].join("\n"),
    });
    const found = nameLookups(join(folder, "tsconfig.json"), join(folder, "src"));
    expect(found.map((each) => /^found\.ts:(\d+) /.exec(each)?.[1] ?? each)).toEqual([
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "10",
      "11",
      "12",
    ]);
  });

  test("functions of node:fs that open or write files are found in every form; look-ups and types are allowed", async () => {
    const folder = planted({
      "cli/a.ts": `import { writeFile as write } from "node:fs/promises"; export const a = write;`,
      "cli/b.ts": `import * as fs from "fs"; export const b = fs.renameSync;`,
      "cli/c.ts": `import fs from "node:fs"; export const c = fs;`,
      "cli/d.ts": `export const d = async () => (await import("node:fs/promises")).rm;`,
      "cli/e.ts": `export { createWriteStream } from "node:fs";`,
      "cli/f.ts": `export const f = process.getBuiltinModule("fs");`,
      "cli/fine.ts": `import { type Stats, readdir } from "node:fs";\n// import { rm } from "node:fs";\nexport const g = (s: Stats) => [readdir, s];`,
      "files/write.ts": `import { writeFile } from "node:fs/promises"; export const w = writeFile;`,
      "store/sqlite/migrate.ts": `import { mkdirSync, writeFileSync } from "node:fs"; export const m = [mkdirSync, writeFileSync];`,
    });
    expect(await fileAccess(folder)).toEqual([
      "cli/a.ts uses writeFile of node:fs",
      "cli/b.ts imports all of node:fs",
      "cli/c.ts imports all of node:fs",
      "cli/d.ts imports all of node:fs",
      "cli/e.ts uses createWriteStream of node:fs",
      "cli/f.ts imports all of node:fs",
      "store/sqlite/migrate.ts uses writeFileSync of node:fs",
    ]);
  });

  test("a heavy package that an entry point loads is found with the chain of imports; type and dynamic imports are allowed", async () => {
    const folder = planted({
      "index.ts": `import { a } from "./client/a.ts"; import type { Document } from "yaml"; export const i = (d: Document) => [a, d];`,
      "client/a.ts": `import { b } from "./b.ts"; export const a = [b, () => import("../github/g.ts")];`,
      "client/b.ts": `import { DatabaseSync } from "node:sqlite"; import "pg-types"; export const b = DatabaseSync;`,
      "github/g.ts": `import "simple-git";`,
    });
    expect(heavyEntryPoints(await importsOf(folder), ["index.ts"])).toEqual([
      "index.ts → client/a.ts → client/b.ts → node:sqlite",
    ]);
  });
});
