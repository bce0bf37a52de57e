import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startClient, type ClientProcess } from "../support/client-process.ts";
import { hoistIn } from "../support/hoist.ts";
import { describePostgres, freshDatabase } from "../support/postgres.ts";
import { IN_10, IN_100, IN_50 } from "../support/subjects.ts";
import { aRepository, LEE } from "../support/repository.ts";

vi.setConfig({ testTimeout: 180_000 });

const FILE = "flags/workshop/workshop_routing.yaml";
const CONFIG = `environments: { staging: {}, production: { protected: true } }
attributes: { userId: { type: string }, workshopId: { type: string } }
owners: { team-workshops: "@acme/workshops" }
policies: { maxStep: 25%, maxFlags: 25 }
`;

/** The flag, with the production overlay that the phase is about. */
function routing(
  production: string,
  extra: { readonly acknowledge?: string; readonly description?: string } = {},
): string {
  return `name: Workshop smart routing
description: ${extra.description ?? "Route sesions to mechanics of a workshop near the customer."}
owner: team-workshops
kind: release
expires: 2027-03-01
enabled: true
rollout: all
${extra.acknowledge === undefined ? "" : `acknowledge: { production: "${extra.acknowledge}", reason: "went well so far" }\n`}environments:
  production: ${production}
`;
}

const OTHER = `name: Voice logging
description: Log jobs by voice.
owner: team-workshops
kind: ops
enabled: true
rollout: all
`;

const BETA = { ...IN_100, workshopId: "workshop-7" };

interface Databases {
  readonly staging: string;
  readonly production: string;
  /** Types a statement at the production database's own prompt. */
  readonly prompt: (sql: string) => void;
}

async function livesFromDarkToArchived({ staging, production, prompt }: Databases): Promise<void> {
  const repository = aRepository();
  const overrides = join(repository.folder, "overrides.env");
  const env = { FLAGS_DATABASE_URL_STAGING: staging, FLAGS_DATABASE_URL_PRODUCTION: production };
  const hoist = hoistIn(repository.folder, env);
  const synced = async (environment: string, ...more: readonly string[]) => {
    const result = await hoist("sync", "--env", environment, ...more);
    expect(result, result.out + result.err).toMatchObject({ code: 0 });
    return result.out;
  };
  const commit = (subject: string, production: string, extra = {}) => {
    repository.write(FILE, routing(production, extra));
    return repository.commit(subject);
  };
  const expectAnswers = async (client: ClientProcess, expected: readonly (readonly [object, boolean])[]) => {
    for (const [context, value] of expected) {
      expect(await client.settles("workshop_routing", { ...context }, value)).toMatchObject({ value });
    }
  };

  // Dark in production, on in staging.
  repository.write("flags/_config.yaml", CONFIG);
  commit("Workshop routing, dark in production (#371)", "{ enabled: false }");
  await synced("staging");
  await synced("production");
  const programs = { ...env, FLAGS_SNAPSHOT_FILE: "none" };
  const inStaging = await startClient({ FLAGS_ENV: "staging", ...programs });
  const inProduction = await startClient({ FLAGS_ENV: "production", FLAGS_OVERRIDE_FILE: overrides, ...programs });
  await expectAnswers(inStaging, [[IN_100, true]]);
  expect(await inProduction.ask("workshop_routing", IN_10)).toMatchObject({ value: false, reason: "DISABLED" });

  // Beta by workshop.
  commit("Beta (#380)", "{ rollout: { whitelist: { workshopId: [workshop-7, workshop-9] } } }");
  await synced("production");
  await expectAnswers(inProduction, [
    [BETA, true],
    [IN_10, false],
  ]);

  // 10 %, then 50 %, which has to be acknowledged, then everyone, which has to be again.
  commit("10 % (#398)", "{ rollout: 10% }");
  await synced("production");
  await expectAnswers(inProduction, [
    [IN_10, true],
    [IN_50, false],
    [BETA, false],
  ]);

  const acknowledged = async (subject: string, overlay: string) => {
    commit(`${subject}, without an acknowledgement`, overlay);
    const refused = await hoist("sync", "--env", "production");
    expect(refused.code, refused.out).toBe(5);
    const id = /acknowledge: \{ production: "([0-9a-f]{8})"/.exec(refused.out)?.[1] ?? "";
    const done = commit(subject, overlay, { acknowledge: id });
    await synced("production");
    return { id, done };
  };
  const half = await acknowledged("50 % (#412)", "{ rollout: 50% }");
  await expectAnswers(inProduction, [
    [IN_10, true],
    [IN_50, true],
    [IN_100, false],
  ]);
  const all = await acknowledged("Everyone (#420)", "{ rollout: all }");
  expect(all.id).not.toBe(half.id);
  await expectAnswers(inProduction, [[IN_100, true]]);

  // Killed by the override file, without a restart; and back.
  writeFileSync(overrides, "FEATURE_WORKSHOP_ROUTING=false\n");
  await expectAnswers(inProduction, [[IN_10, false]]);
  expect(await inProduction.ask("workshop_routing", IN_10)).toMatchObject({
    reason: "STATIC",
    metadata: { override: "FEATURE_WORKSHOP_ROUTING" },
  });
  writeFileSync(overrides, "");
  await expectAnswers(inProduction, [[IN_10, true]]);

  // Killed by SQL. Neither an unrelated merge nor a typo mended in the same flag brings it back.
  prompt("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'workshop_routing'");
  await expectAnswers(inProduction, [[IN_10, false]]);
  repository.branch("voice");
  repository.write("flags/booking/voice_logging.yaml", OTHER);
  repository.commit("Voice logging", { by: LEE });
  repository.checkout("main");
  repository.merge("voice", "Merge pull request #431 from acme/voice");
  expect(await synced("production")).toContain("workshop_routing stays as it is: disabled manually");
  expect(await inProduction.settles("voice_logging", IN_10, true)).toMatchObject({ value: true });
  expect(await inProduction.ask("workshop_routing", IN_10)).toMatchObject({ value: false, reason: "DISABLED" });
  const description = "Route sessions to mechanics of a workshop near the customer.";
  const mended = commit("Mend a typo (#432)", "{ rollout: all }", { acknowledge: all.id, description });
  expect(await synced("production")).toContain("stays as it is: disabled manually");
  expect(await inProduction.ask("workshop_routing", IN_10)).toMatchObject({ value: false, reason: "DISABLED" });

  // The rollout is reverted in git, and the kill released: 50 % again.
  repository.revert(mended);
  repository.revert(all.done);
  repository.revert(`${all.done}~1`);
  await synced("production");
  expect(await inProduction.ask("workshop_routing", IN_10)).toMatchObject({ value: false, reason: "DISABLED" });
  await synced("production", "--release", "workshop_routing");
  await expectAnswers(inProduction, [
    [IN_50, true],
    [IN_100, false],
  ]);

  // Clean-up: archived, which flips half of the people and so is asked about.
  repository.remove(FILE);
  repository.commit("Workshop routing is part of the product now (#440)");
  const refused = await hoist("sync", "--env", "production");
  expect(refused.code, refused.out).toBe(5);
  const planId = /--acknowledge ([0-9a-f]{8})/.exec(refused.out)?.[1] ?? "";
  await synced("production", "--acknowledge", planId);
  expect(await inProduction.settles("workshop_routing", IN_10, false)).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
  await synced("staging");
  expect((await hoist("plan", "--env", "production")).code).toBe(0);
  expect((await hoist("plan", "--env", "staging")).code).toBe(0);
}

test("a flag goes from disabled to archived through real commits, as seen from another process (SQLite)", async () => {
  const folder = aRepository().folder;
  const [staging, production] = [join(folder, "staging.db"), join(folder, "production.db")];
  await livesFromDarkToArchived({
    staging: `file:${staging}`,
    production: `file:${production}`,
    prompt: (sql) => void execFileSync("sqlite3", [production, sql]),
  });
});

describePostgres("with PostgreSQL", () => {
  test("a flag goes from disabled to archived through real commits, as seen from another process", async () => {
    const [staging, production] = [await freshDatabase(), await freshDatabase()];
    await livesFromDarkToArchived({
      staging,
      production,
      prompt: (sql) => void execFileSync("psql", [production, "-v", "ON_ERROR_STOP=1", "-c", sql]),
    });
  });
});
