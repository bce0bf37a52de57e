import { describe, expect, test } from "vitest";
import { loadFlags } from "../../../src/source/load/load.ts";
import { sourceFile } from "../check-all.ts";

const USUAL = "{ development: {}, staging: {}, production: { protected: true } }";

/** Codes that are said of one flag, whose lines after `enabled` are given. */
function saidOf(lines: string, { environments = USUAL, kind = "ops", enabled = true } = {}): readonly string[] {
  const config = `environments: ${environments}\nattributes: { userRole: { type: string } }\nowners: { team-a: "@acme/a" }\n`;
  const expires = kind === "release" || kind === "experiment" ? "expires: 2027-03-01\n" : "";
  const flag = `name: A flag\ndescription: What it switches.\nowner: team-a\nkind: ${kind}\n${expires}enabled: ${enabled}\n${lines}\n`;
  const files = [sourceFile("flags/_config.yaml", config), sourceFile("flags/a.yaml", flag)];
  return loadFlags(files).diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

const EU = "{ development: {}, staging: {}, production: { protected: true }, production-eu: { protected: true } }";

describe("an environment that is enabled by accident", () => {
  const held = "rollout: all\nenvironments: { production: { enabled: false } }";

  test("is one without an overlay, while a protected environment is held back", () => {
    const said = [
      "no-overlay: production-eu has no overlay, so it uses the base of the file (on), while production is restricted (off)",
    ];
    expect(saidOf(held, { environments: EU })).toEqual(said);
    expect(
      saidOf("rollout: all\nenvironments: { production: { rollout: { roles: [admin] } } }", { environments: EU }),
    ).toHaveLength(1);
    expect(saidOf("rollout: 50%\nenvironments: { production: { rollout: 10% } }", { environments: EU })).toHaveLength(
      1,
    );
  });

  test("may precede the environment that is held back, if both are protected", () => {
    const environments = "{ development: {}, production-eu: { protected: true }, production: { protected: true } }";
    expect(saidOf(held, { environments })).toHaveLength(1);
  });

  test.each([
    ["environments where a flag is tried, before the one that is held back", held, USUAL],
    ["an overlay that confirms that the base of the file is intended", `${held.slice(0, -2)}, production-eu: {} }`, EU],
    [
      "a development that lacks what the flag needs",
      "rollout: all\nenvironments: { development: { enabled: false } }",
      USUAL,
    ],
    [
      "the same without any protected environment",
      "rollout: all\nenvironments: { development: { enabled: false } }",
      "{ development: {}, staging: {}, production: {} }",
    ],
    ["an overlay that lets more in", "rollout: 10%\nenvironments: { production: { rollout: all } }", EU],
    ["no overlays at all", "rollout: all", EU],
    ["a file that serves nobody as it stands", "rollout: none\nenvironments: { production: { enabled: false } }", EU],
  ])("is not: %s", (_, lines, environments) => {
    expect(saidOf(lines, { environments })).toEqual([]);
  });

  test("is not reported for a file that is disabled itself", () => {
    const lines = "rollout: all\nenvironments: { staging: { enabled: true }, production: { rollout: 10% } }";
    expect(saidOf(lines, { environments: EU, enabled: false })).toEqual([]);
  });
});

describe("a finished flag", () => {
  const everywhere =
    "rollout: 10%\nenvironments: { development: { rollout: all }, staging: { rollout: 100% }, production: { rollout: all } }";

  test("serves everyone the same variant in every environment", () => {
    expect(saidOf("rollout: all", { kind: "release" })).toEqual([
      "fully-rolled-out: every environment serves true to everyone",
    ]);
    expect(saidOf(everywhere, { kind: "experiment" })).toEqual([
      "fully-rolled-out: every environment serves true to everyone with a userId",
    ]);
  });

  test.each([
    ["one environment still at a share", everywhere.replace("rollout: 100%", "rollout: 99%")],
    ["one environment disabled", "rollout: all\nenvironments: { production: { enabled: false } }"],
    [
      "a rule that serves something else",
      "rules: [{ name: admins, if: { userRole: admin }, serve: false }]\nrollout: all",
    ],
    ["a flag that waits to be turned on", "rollout: none"],
  ])("is not: %s", (_, lines) => {
    expect(saidOf(lines, { kind: "release" })).toEqual([]);
  });

  test("is neither a permanent switch nor a permission", () => {
    expect(saidOf("rollout: all", { kind: "ops" })).toEqual([]);
    expect(saidOf("rollout: all", { kind: "permission" })).toEqual([]);
  });
});
