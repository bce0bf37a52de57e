import { describe, expect, test } from "vitest";
import { editToggle } from "../../src/github/toggle-edit.ts";
import { parseUpdates } from "../../src/github/toggle-updates.ts";
import { flagTree } from "../../src/source/edit/flag-tree.ts";
import { FlagError } from "../../src/core/errors.ts";
import type { Edited } from "../../src/source/edit/edit-result.ts";
import { attempted } from "../source/edit/support.ts";
import { flagText } from "../support/flag-tree.ts";
import { PROPOSED_CONFIG } from "./proposing.ts";

const SHARED = { enabled: true, lines: "rollout: 10%" };

/** What becomes of a flag's file in production. */
function updated(updates: unknown, text = flagText(SHARED), environment = "production"): Edited | FlagError {
  const bytes = (content: string) => new TextEncoder().encode(content);
  const tree = flagTree([
    { path: "flags/_config.yaml", kind: "file", bytes: bytes(PROPOSED_CONFIG) },
    { path: "flags/checkout.yaml", kind: "file", bytes: bytes(text) },
  ]);
  return attempted(() => editToggle(tree, "checkout", environment, parseUpdates(updates)));
}

function overlayOf(result: Edited | FlagError): string {
  if (result instanceof FlagError) return `${result.message} | ${result.hint}`;
  const [edit] = result.edits;
  return edit === undefined ? "nothing" : (/production: (.*)\n/.exec(edit.after)?.[1] ?? edit.after);
}

describe("updates by column name", () => {
  const ROLES = flagText({ lines: "rollout: { roles: [admin] }" });
  const SESSIONS = flagText({ lines: "rollout: { percentage: 10%, by: userRole }" });

  test.each([
    [{ enabled: false }, "{ enabled: false }"],
    [{ enabled: true }, "nothing"],
    [{ rollout_percentage: 50 }, "{ rollout: 50% }"],
    [{ rollout_percentage: 33.333 }, "{ rollout: 33.333% }"],
    [{ rollout_percentage: 0.001 }, "{ rollout: 0.001% }"],
    [{ rollout_percentage: 0 }, "{ rollout: none }"],
    [{ rollout_percentage: 100 }, "{ rollout: 100% }"],
    [{ rollout_percentage: 10 }, "nothing"],
    [{ rollout_strategy: "all" }, "{ rollout: all }"],
    [{ rollout_strategy: "all", rollout_percentage: 100, target_config: {} }, "{ rollout: all }"],
    [{ rollout_strategy: "percentage" }, "nothing"],
    [{ rollout_strategy: "role", target_config: { roles: ["admin", "admin"] } }, "{ rollout: { roles: [admin] } }"],
    [
      {
        rollout_strategy: "whitelist",
        target_config: { workshop_ids: ["workshop-1"], user_ids: [7], postal_codes: [] },
      },
      '{ rollout: { whitelist: { workshopId: [workshop-1], userId: ["7"] } } }',
    ],
    [{ enabled: false, rollout_percentage: 5 }, "{ enabled: false, rollout: 5% }"],
  ])("%j is written as %s", (updates, written) => {
    expect(overlayOf(updated(updates))).toBe(written);
  });

  test("a share keeps its attribute, and replaces roles only together with the strategy", () => {
    expect(overlayOf(updated({ rollout_percentage: 20 }, SESSIONS))).toBe(
      "{ rollout: { percentage: 20%, by: userRole } }",
    );
    expect(overlayOf(updated({ target_config: { roles: ["mechanic"] } }, ROLES))).toBe(
      "{ rollout: { roles: [mechanic] } }",
    );
    expect(overlayOf(updated({ rollout_strategy: "percentage", rollout_percentage: 20 }, ROLES))).toBe(
      "{ rollout: 20% }",
    );
  });

  test.each([
    [{ rollout_percentage: 50 }, ROLES, /has no effect while rollout_strategy is role.*rollout_strategy: "percentage"/],
    [{ target_config: { roles: ["admin"] } }, undefined, /has no effect while rollout_strategy is percentage/],
    [{ rollout_strategy: "all", rollout_percentage: 50 }, undefined, /has no effect while rollout_strategy is all/],
    [{ rollout_strategy: "percentage" }, ROLES, /strategy percentage needs .*rollout_percentage: 10/],
    [{ rollout_strategy: "role" }, undefined, /strategy role needs .*target_config: \{ roles/],
    [
      { rollout_strategy: "role", target_config: { user_ids: ["user-42"] } },
      undefined,
      /the strategy "role" accepts only the list "roles"/,
    ],
    [{ rollout_strategy: "whitelist", target_config: { user_ids: [] } }, undefined, /strategy whitelist needs/],
    [{ rollout_strategy: "whitelist", target_config: { planet: ["mars"] } }, undefined, /planet/],
  ])("%j is refused when it has no effect or is incomplete", (updates, text, message) => {
    expect(overlayOf(updated(updates, text))).toMatch(message);
  });

  test.each([
    [null, /expected an object, found null/],
    [[], /expected an object, found a list/],
    ["enabled", /expected an object, found string/],
    [{}, /no field is given/],
    [{ enabled: undefined }, /no field is given/],
    [{ enable: true }, /field "enable" does not exist; fields: enabled, rollout_strategy.*did you mean "enabled"\?/],
    [{ __proto__: null, constructor: true }, /field "constructor" does not exist/],
    [{ feature_key: "other" }, /field "feature_key" does not exist/],
    [{ enabled: "true" }, /enabled: expected true or false, found "true"/],
    [{ enabled: null }, /enabled: expected true or false, found null/],
    [{ rollout_percentage: "50" }, /rollout_percentage: expected a number/],
    [{ rollout_percentage: -1 }, /from 0 to 100/],
    [{ rollout_percentage: 100.001 }, /from 0 to 100/],
    [{ rollout_percentage: Number.NaN }, /from 0 to 100/],
    [{ rollout_percentage: 33.3333 }, /at most 3 decimals, found 33\.3333/],
    [{ rollout_percentage: 1e-7 }, /at most 3 decimals/],
    [{ rollout_strategy: "some" }, /expected one of all, percentage, whitelist, role, found "some"/],
    [{ target_config: { user_ids: "user-42" } }, /target_config: expected lists of ids/],
    [{ target_config: { user_ids: [""] } }, /target_config: expected lists of ids/],
    [{ display_name: " " }, /display_name: expected a non-empty string/],
    [{ metadata: { at: new Date(0) } }, /metadata: expected a mapping/],
  ])("%j is refused, and the accepted fields are listed", (updates, message) => {
    expect(overlayOf(updated(updates))).toMatch(message);
  });

  test("descriptive columns are written for all environments, with any characters, next to columns for one environment", () => {
    const description = `"Quoted": #hash,\n  two lines & {braces} 'x'`;
    const result = updated({ display_name: "yes", description, enabled: false, metadata: { ticket: "ACME-1" } });
    if (result instanceof FlagError) throw result;
    expect(result.edits).toHaveLength(1);
    for (const environment of ["development", "production"]) {
      expect(result.after.flagsFor(environment).get("checkout")).toMatchObject({
        name: "yes",
        description,
        metadata: { ticket: "ACME-1" },
        owner: "team-checkout",
        enabled: environment === "development",
      });
    }
  });

  test("owner, kind, expires and tags in the metadata change their own fields if given, and are kept otherwise", () => {
    const text = flagText({ lines: "tags: [shop]\nmetadata: { ticket: ACME-1, old: true }\nrollout: all" });
    const result = updated({ metadata: { owner: "dana", ticket: "ACME-2" } }, text);
    if (result instanceof FlagError) throw result;
    expect(result.after.flagsFor(null).get("checkout")).toMatchObject({
      owner: "dana",
      kind: "ops",
      tags: ["shop"],
      metadata: { ticket: "ACME-2" },
    });
    expect(overlayOf(updated({ metadata: { owner: "nemo" } }, text))).toContain("nemo");
  });

  test("an acknowledgement of another end state is removed", () => {
    const text = flagText({ lines: 'acknowledge: { production: "12345678", reason: Meant. }\nrollout: 10%' });
    expect(updated({ enabled: false }, text)).toMatchObject({ voided: ["production"] });
  });

  test("an undeclared environment is refused", () => {
    expect(overlayOf(updated({ enabled: false }, undefined, "prod"))).toContain('environment "prod" is not declared');
  });
});
