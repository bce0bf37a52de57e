import type { ChangeReport } from "../../../src/impact/report.ts";
import { loadFlags } from "../../../src/source/load/load.ts";
import { reportBetween } from "../../../src/impact/report-between.ts";
import { sourceFile } from "../../source/check-all.ts";
import { CONFIG, flagPath, flagText } from "../../support/flag-tree.ts";

const ATTRIBUTES = "userRole: { type: string, values: [customer, mechanic, admin], weights: [90, 9, 1] }";
const STAFF = "description: People who work here.\nif: { userRole: [admin, mechanic] }\n";
const ROUTING = "rules:\n  - name: staff try it first\n    if: { segment: staff }\n    serve: true\n";

/** A branch of real files, as the report tells of it: a rollout, a smaller segment, a flag that is gone, and a new one. */
export function exampleReport(): ChangeReport {
  const before = loaded(STAFF, {
    new_checkout: flagText({ lines: "rollout: 10%" }),
    old_banner: flagText({ lines: "rollout: all" }),
    routing: flagText({ lines: `${ROUTING}rollout: 10%` }),
    search_card: flagText({ lines: "requires: { routing: true }\nrollout: all" }),
  });
  const after = loaded(STAFF.replace("[admin, mechanic]", "[admin]"), {
    new_checkout: flagText({ lines: "rollout: 50%\nenvironments: { production: { rollout: 20% } }" }),
    routing: flagText({ lines: `${ROUTING}rollout: 10%` }),
    search_card: flagText({ lines: "requires: { routing: true }\nrollout: all" }),
    invoice_export: flagText({ enabled: false }),
  });
  const from = { ref: "origin/main", commit: "4be12f0a9d1c2b3e4f5061728394a5b6c7d8e9f0" };
  const to = { commit: "91c0d3a1b2c3d4e5f60718293a4b5c6d7e8f9012" };
  return reportBetween(before, after, { from, to, today: "2026-11-20", sample: 4000 });
}

function loaded(staff: string, flags: Readonly<Record<string, string>>) {
  const files = loadFlags([
    sourceFile("flags/_config.yaml", CONFIG.replace("userRole: { type: string }", ATTRIBUTES)),
    sourceFile("flags/_segments/staff.yaml", staff),
    ...Object.entries(flags).map(([key, text]) => sourceFile(flagPath(key), text)),
  ]);
  const errors = files.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return files;
}
