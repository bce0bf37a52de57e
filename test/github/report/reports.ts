import type { ChangeReport } from "../../../src/impact/report.ts";
import {
  aFlagReport,
  aJump,
  aMove,
  anEnvironment,
  aReport,
  EXACTLY_NOBODY,
  flipsOf,
  sampledFlips,
} from "../../support/report.ts";
import { aColourFlag, aFlag, isOneOf, percentage, split } from "../../support/flags.ts";

/** What pull requests look like: one report a golden file. */
export const REPORTS: Readonly<Record<string, ChangeReport>> = {
  small: small(),
  empty: aReport(),
  "no-ops": noOps(),
  destructive: destructive(),
  busy: busy(),
  large: large(240),
};

function small(): ChangeReport {
  const routing = { key: "workshop_routing", path: "flags/workshop/workshop_routing.yaml" };
  return aReport({
    environments: [
      anEnvironment({ environment: "development" }),
      anEnvironment({
        environment: "staging",
        flags: [
          aFlagReport({
            ...routing,
            differences: [
              {
                kind: "default-rollout",
                before: aFlag({ key: "workshop_routing", rollout: percentage(50) }),
                after: aFlag({ key: "workshop_routing" }),
              },
            ],
            before: "On for staff. On for 50 % of everyone else.",
            after: "On for staff. On for everyone else.",
            flips: flipsOf(aMove(0.49, "off", "on")),
          }),
        ],
      }),
      anEnvironment({
        environment: "production",
        flags: [
          aFlagReport({
            ...routing,
            before: "On for staff. On for 10 % of everyone else.",
            after: "On for staff. On for 50 % of everyone else.",
            flips: flipsOf(aMove(0.392, "off", "on")),
            needs: [aJump("workshop_routing")],
          }),
        ],
        manualChanges: [],
      }),
    ],
  });
}

/** A new flag that is off, and prose. */
function noOps(): ChangeReport {
  const flags = [
    aFlagReport({
      key: "invoice_export",
      action: "create",
      kind: "no-op",
      differences: [{ kind: "created", flag: aFlag({ key: "invoice_export", enabled: false }) }],
      before: null,
      after: "Off for everyone.",
      flips: EXACTLY_NOBODY,
    }),
    aFlagReport({
      key: "voice_logging",
      kind: "no-op",
      differences: [{ kind: "prose", fields: ["description", "owner"] }],
      before: "On for staff.",
      after: "On for staff.",
      flips: EXACTLY_NOBODY,
    }),
  ];
  return aReport({
    environments: ["staging", "production"].map((environment) => anEnvironment({ environment, flags })),
  });
}

/** One file deleted, one flag switched off. */
function destructive(): ChangeReport {
  const banner = aFlagReport({
    key: "old_banner",
    path: null,
    action: "archive",
    kind: "narrow",
    differences: [{ kind: "archived", flag: aFlag({ key: "old_banner" }) }],
    before: "On for everyone.",
    after: null,
    flips: flipsOf(aMove(1, "on", null, { kind: "archived" })),
  });
  const archive = { key: "old_banner", code: "archive", text: "archiving the flag changes answers" } as const;
  const payments = aFlagReport({
    key: "workshop_payments",
    kind: "narrow",
    differences: [{ kind: "disabled" }],
    before: "On for staff. On for 25 % of people in M5V, M5G or M4Y. On for 10 % of everyone else.",
    after: "Off for everyone.",
    flips: sampledFlips(
      0.007,
      aMove(0.0905, "on", "off", { kind: "disabled" }),
      aMove(0.0401, "on", "off", { kind: "disabled" }),
      aMove(0.0198, "on", "off", { kind: "disabled" }),
    ),
    warnings: [
      {
        code: "overwrites-hand-edit",
        text: "10 % of everyone, set manually (deploy@ops, 2026-11-18); the merge overwrites it",
      },
    ],
  });
  const needs = [{ ...archive, id: "0a1b2c3d", acknowledged: false }];
  return aReport({
    environments: [
      anEnvironment({ environment: "staging", flags: [banner] }),
      anEnvironment({
        environment: "production",
        flags: [banner, payments],
        flipped: { share: 1, margin: 0 },
        needs,
        manualChanges: [
          {
            key: "workshop_payments",
            kind: "default-rollout",
            group: "rollout",
            live: aFlag({ key: "workshop_payments", rollout: percentage(10) }),
            outcome: "overwritten",
            by: { changedBy: "deploy@ops", changedAt: "2026-11-18T03:12:00Z", notes: null, revision: 55 },
          },
        ],
      }),
    ],
  });
}

/** A segment that reaches several flags, a reshuffle that was acknowledged, warnings, a guess. */
function busy(): ChangeReport {
  const panel = aFlagReport({
    key: "workshop_admin_panel",
    path: "flags/workshop/workshop_admin_panel.yaml",
    differences: [{ kind: "segment", rule: "staff", segments: ["staff"] }],
    via: ["segment staff"],
    before: "On for staff.",
    after: "On for staff.",
    flips: sampledFlips(0.0019, aMove(0.0103, "off", "on", { kind: "rule", name: "staff" })),
    warnings: [
      {
        code: "masked-by-hand",
        text: "disabled manually (deploy@ops, 2026-11-18); it stays after the merge until it is released: hoist sync --env production --release workshop_admin_panel",
      },
      {
        code: "masked-by-override",
        text: "overridden to off by FEATURE_WORKSHOP_ADMIN_PANEL on 3 of 12 instances: they stay overridden after the merge until the override is removed there",
      },
    ],
  });
  const button = aFlagReport({
    key: "checkout_button",
    path: "flags/shop/checkout_button.yaml",
    kind: "reshuffle",
    differences: [
      {
        kind: "default-rollout",
        before: aColourFlag({ key: "checkout_button", serve: split({ control: 34, blue: 33, green: 33 }) }),
        after: aColourFlag({ key: "checkout_button", serve: split({ control: 20, blue: 40, green: 40 }) }),
      },
      { kind: "salt", before: "checkout_button", after: "checkout-2" },
    ],
    before: "Serves control (34 %), blue (33 %), green (33 %) to everyone.",
    after: "Serves control (20 %), blue (40 %), green (40 %) to everyone. Shares use the buckets of checkout-2.",
    flips: flipsOf(
      aMove(0.136, "control", "green"),
      aMove(0.136, "control", "blue"),
      aMove(0.132, "blue", "green"),
      aMove(0.132, "green", "blue"),
      aMove(0.066, "blue", "control"),
      aMove(0.066, "green", "control"),
    ),
    needs: [
      {
        key: "checkout_button",
        code: "reshuffle",
        text: 'the salt changes from "checkout_button" to "checkout-2": every subject gets a new bucket',
        id: "77aa01c2",
        acknowledged: true,
      },
    ],
    warnings: [{ code: "expires-soon", text: "expires on 2026-12-01, in 10 days" }],
  });
  const routing = aFlagReport({
    key: "workshop_routing",
    path: "flags/workshop/workshop_routing.yaml",
    kind: "retarget",
    differences: [
      {
        kind: "rule-condition",
        rule: "Toronto beta",
        before: isOneOf("postalCode", "M5V"),
        after: isOneOf("postalCode", "M5V", "M5G", "M4Y"),
      },
    ],
    before: "On for staff. On for people in M5V. On for 10 % of everyone else.",
    after: "On for staff. On for 25 % of people in M5V, M5G or M4Y on app 5.5 or newer. On for 10 % of everyone else.",
    flips: sampledFlips(
      0.006,
      aMove(0.062, "on", "off", { kind: "no-match" }),
      aMove(0.031, "off", "on", { kind: "rule", name: "Toronto beta" }),
    ),
    needs: [aJump("workshop_routing")],
    warnings: [{ code: "ahead", text: "widens here before staging does" }],
  });
  const prose = aFlagReport({
    key: "voice_logging",
    kind: "no-op",
    differences: [{ kind: "prose", fields: ["description"] }],
    before: "On for staff.",
    after: "On for staff.",
    flips: EXACTLY_NOBODY,
  });
  const reached = aFlagReport({
    key: "workshop_reports",
    action: "reached",
    kind: "retarget",
    differences: [],
    via: ["requires workshop_routing"],
    before: "On for everyone. Only while workshop_routing serves on.",
    after: "On for everyone. Only while workshop_routing serves on.",
    flips: sampledFlips(0.006, aMove(0.062, "on", "off", { kind: "requirement" }), aMove(0.031, "off", "on")),
  });
  const production = [button, routing, reached, panel, prose];
  return aReport({
    population: { source: "generated", size: 20_000, seed: 1, file: null, guessed: ["postalCode", "appVersion"] },
    environments: [
      anEnvironment({ environment: "development", flags: [prose] }),
      anEnvironment({
        environment: "staging",
        flags: [{ ...panel, warnings: [] }, { ...button, needs: [] }, prose],
        flipped: { share: 0.671, margin: 0.0086 },
      }),
      anEnvironment({ environment: "production", flags: production, flipped: { share: 0.702, margin: 0.0083 } }),
    ],
  });
}

/** More than is read at a glance, in two environments. */
function large(count: number): ChangeReport {
  const flags = Array.from({ length: count }, (_, index) => {
    const key = `search_result_card_${String(index + 1).padStart(3, "0")}`;
    const path = `flags/search/${key}.yaml`;
    if (index % 3 === 2) {
      const differences = [{ kind: "prose" as const, fields: ["owner" as const] }];
      return aFlagReport({
        key,
        path,
        kind: "no-op",
        differences,
        flips: EXACTLY_NOBODY,
        after: "On for 10 % of everyone.",
      });
    }
    const flips = flipsOf(aMove(0.4 - index / 1000, "off", "on"));
    return aFlagReport({ key, path, flips, needs: index < 30 ? [aJump(key)] : [] });
  });
  const mass = {
    key: null,
    code: "mass",
    text: `the answers of ${count} flags can change; policy maxFlags is 25`,
    id: "0a1b2c3d",
  } as const;
  const production = anEnvironment({ environment: "production", flags, flipped: { share: 0.9612, margin: 0.0035 } });
  return aReport({
    checks: { flags: 300, testsPassed: 512 },
    environments: [
      anEnvironment({ environment: "staging", flags: flags.map((flag) => ({ ...flag, needs: [] })) }),
      { ...production, needs: [...production.needs, { ...mass, acknowledged: false }] },
    ],
  });
}
