import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { driftWorkflow } from "../../src/cli/init/workflows/drift.ts";
import type { WorkflowSettings } from "../../src/cli/init/workflows/parts.ts";
import { syncWorkflow } from "../../src/cli/init/workflows/sync.ts";
import { validateWorkflow } from "../../src/cli/init/workflows/validate.ts";
import { aFolder } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { buildHoist } from "../support/workflows/built-hoist.ts";
import { aCheckout, type Checkout } from "../support/workflows/checkout.ts";
import { FLAGS, flagText } from "../support/workflows/flags.ts";
import { runJob } from "../support/workflows/run-job.ts";
import { OWN } from "../support/workflows/settings.ts";
import { parseWorkflow } from "../support/workflows/workflow.ts";

const home = temporaryFolder();
beforeAll(() => buildHoist(home.folder));
afterAll(home.remove);

const SETTINGS: WorkflowSettings = { ...OWN, install: { kind: "exact", version: "0.1.0" } };
const VALIDATE = parseWorkflow(validateWorkflow(SETTINGS));
const SYNC = parseWorkflow(syncWorkflow(SETTINGS));
const DRIFT = parseWorkflow(driftWorkflow(SETTINGS));
const CHANGED = { "flags/new_checkout.yaml": flagText("20%") };

const commentsOf = ({ github }: Checkout) => [...github.world.comments.values()];

describe("a pull request", { timeout: 60_000 }, () => {
  test("is checked, its summary shows who flips, and its comment is written once and then updated", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    const number = await checkout.pullRequest(CHANGED);
    const runner = checkout.runner({ name: "pull_request", number });
    const checked = await runJob(VALIDATE, "validate", runner);
    expect(checked.result, JSON.stringify(checked.steps)).toBe("success");
    expect(checked.summary).toContain("new_checkout");
    expect(checked.summary).toContain("10.0\u00a0%");

    const said = await runJob(VALIDATE, "comment", runner);
    expect(said.result, JSON.stringify(said.steps)).toBe("success");
    await runJob(VALIDATE, "comment", runner);
    expect(commentsOf(checkout)).toHaveLength(1);
    // One summary, though two jobs have something to say.
    expect(said.summary).toBe(checked.summary);
  });

  test("from a fork is checked with annotations and gets no comment", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    const number = await checkout.pullRequest({ "flags/new_checkout.yaml": flagText("12") });
    const runner = checkout.runner({ name: "pull_request", number, fork: "user-42/flags" });
    const checked = await runJob(VALIDATE, "validate", runner);
    expect(checked.result).toBe("failure");
    expect(checked.steps[0]).toMatchObject({ name: "Check the flags", code: 3 });
    expect(checked.steps[0]?.out).toContain("::error file=flags/new_checkout.yaml,line=6");
    const said = await runJob(VALIDATE, "comment", runner);
    expect(said).toMatchObject({ result: "success", steps: [] });
    expect(commentsOf(checkout)).toEqual([]);
  });

  test("that only needs an acknowledgement fails with exit 5, and its summary shows the line to add", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    const number = await checkout.pullRequest({ "flags/new_checkout.yaml": flagText("60%") });
    const checked = await runJob(VALIDATE, "validate", checkout.runner({ name: "pull_request", number }));
    expect(checked.steps[0]).toMatchObject({ code: 5 });
    expect(checked.summary).toContain("acknowledge:");
  });

  test("in the merge queue is checked against the preceding commit, without a comment", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    await checkout.pullRequest(CHANGED);
    const runner = checkout.runner({ name: "merge_group" });
    const checked = await runJob(VALIDATE, "validate", runner);
    expect(checked.result, JSON.stringify(checked.steps)).toBe("success");
    expect(checked.summary).toContain("new_checkout");
    expect(await runJob(VALIDATE, "comment", runner)).toMatchObject({ result: "success", steps: [] });
  });

  test("with a stale CODEOWNERS fails", async () => {
    const checkout = await aCheckout({ ...FLAGS, ".github/CODEOWNERS": "* @acme/all\n" }, home.folder);
    const number = await checkout.pullRequest(CHANGED);
    const checked = await runJob(VALIDATE, "validate", checkout.runner({ name: "pull_request", number }));
    expect(checked.steps.map(({ name, code }) => [name, code])).toEqual([
      ["Check the flags", 0],
      ["Check the code owners", 3],
      ["Report the changes", 0],
    ]);
    expect(checked.steps[1]?.out).toContain("+ /flags/ @acme/shop");
  });

  test("of a monorepo is checked in its folder, by the application's own hoist", async () => {
    const files = Object.fromEntries(Object.entries(FLAGS).map(([path, text]) => [`apps/the shop/${path}`, text]));
    const more = { "package.json": '{ "name": "acme" }\n', ".gitignore": "node_modules\n" };
    const checkout = await aCheckout({ ...files, ...more }, home.folder);
    const number = await checkout.pullRequest({ "apps/the shop/flags/new_checkout.yaml": flagText("20%") });
    const bin = join(checkout.folder, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(home.folder, "hoist"), join(bin, "hoist"));
    const workflow = parseWorkflow(
      validateWorkflow({ ...OWN, folder: "apps/the shop", install: { kind: "locked", folder: "" } }),
    );
    const runner = { ...checkout.runner({ name: "pull_request", number }), bin: "" };
    const checked = await runJob(workflow, "validate", runner);
    expect(checked.result, JSON.stringify(checked.steps)).toBe("success");
    expect(checked.summary).toContain("new_checkout");

    // Annotations are placed from the top of what is checked out.
    checkout.write("apps/the shop/flags/new_checkout.yaml", flagText("12"));
    checkout.git("commit", "--quiet", "--all", "--message", "Broken");
    const forked = { ...checkout.runner({ name: "pull_request", number, fork: "user-42/flags" }), bin: "" };
    const broken = await runJob(workflow, "validate", forked);
    expect(broken.steps[0]?.out).toContain("::error file=apps/the shop/flags/new_checkout.yaml,line=6");
  });
});

describe("a merge", { timeout: 60_000 }, () => {
  test("is synced to staging, then to production, and the drift check agrees", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    const databases = aFolder();
    const secrets = (name: string) => ({ FLAGS_DATABASE_URL: `file:${join(databases, `${name}.db`)}` });
    const staging = await runJob(SYNC, "sync-staging", checkout.runner({ name: "push", secrets: secrets("staging") }));
    expect(staging.result, JSON.stringify(staging.steps)).toBe("success");
    const needs = { "sync-staging": { result: staging.result } };
    const production = await runJob(
      SYNC,
      "sync-production",
      checkout.runner({ name: "push", secrets: secrets("production"), needs }),
    );
    expect(production.result, JSON.stringify(production.steps)).toBe("success");
    expect(production.steps[0]?.out).toContain("production is at revision");
    const drift = await runJob(
      DRIFT,
      "drift-staging",
      checkout.runner({ name: "schedule", secrets: secrets("staging") }),
    );
    expect(drift.result, JSON.stringify(drift.steps)).toBe("success");
    expect(existsSync(join(checkout.folder, ".flaghoist"))).toBe(false);
  });

  const happens = async (job: string, event: Parameters<Checkout["runner"]>[0]) => {
    const secrets = { FLAGS_DATABASE_URL: "ftp://nowhere" };
    return (await runJob(SYNC, job, (await aCheckout(FLAGS, home.folder)).runner({ ...event, secrets }))).result;
  };
  test("stops at the environment that failed; a manual run syncs only one environment", async () => {
    const after = (result: string) => ({ "sync-staging": { result } });
    expect(await happens("sync-production", { name: "push", needs: after("failure") })).toBe("skipped");
    expect(await happens("sync-production", { name: "push", needs: after("skipped") })).toBe("skipped");
    const inputs = { environment: "production" };
    expect(await happens("sync-staging", { name: "workflow_dispatch", inputs })).toBe("skipped");
    const asked = { name: "workflow_dispatch", inputs, needs: after("skipped") } as const;
    expect(await happens("sync-production", asked)).toBe("failure");
  });

  test("without a database address fails instead of creating an empty database; the drift check only warns", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    const synced = await runJob(SYNC, "sync-staging", checkout.runner({ name: "push" }));
    expect(synced.steps).toMatchObject([{ code: 9 }]);
    expect(synced.steps[0]?.out).toContain("::error title=No database::the environment staging has no secret");
    const compared = await runJob(DRIFT, "drift-production", checkout.runner({ name: "schedule" }));
    expect(compared.steps).toMatchObject([{ code: 0 }]);
    expect(compared.steps[0]?.out).toContain("::warning title=Not compared::the environment production-read");
    expect(readdirSync(checkout.folder).sort()).toEqual([".git", "flags"]);
  });

  test("a manual run passes its inputs only as keys and ids", async () => {
    const checkout = await aCheckout(FLAGS, home.folder);
    const database = join(aFolder(), "staging.db");
    const secrets = { FLAGS_DATABASE_URL: `file:${database}` };
    const typed = '$(touch pwned) `touch pwned` "; touch pwned;\n* --env=production';
    const inputs = { environment: "staging", release: typed, acknowledge: `'; touch pwned #`, "accept-live": "" };
    const { steps } = await runJob(
      SYNC,
      "sync-staging",
      checkout.runner({ name: "workflow_dispatch", inputs, secrets }),
    );
    expect(steps).toHaveLength(1);
    expect(steps[0]?.code, steps[0]?.out).toBe(9);
    expect(existsSync(join(checkout.folder, "pwned"))).toBe(false);
    const released = { ...inputs, release: "new_checkout, new_checkout", acknowledge: "" };
    const fine = await runJob(
      SYNC,
      "sync-staging",
      checkout.runner({ name: "workflow_dispatch", inputs: released, secrets }),
    );
    expect(fine.result, JSON.stringify(fine.steps)).toBe("success");
  });
});
