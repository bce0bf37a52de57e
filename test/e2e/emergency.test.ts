import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startClient, type ClientProcess } from "../support/client-process.ts";
import { hoistIn } from "../support/hoist.ts";
import { describePostgres, freshDatabase } from "../support/postgres.ts";
import { IN_10, IN_100, IN_50 } from "../support/subjects.ts";
import { aRepository } from "../support/repository.ts";

vi.setConfig({ testTimeout: 120_000 });

const CONFIG = `environments: { production: {} }
attributes: { userId: { type: string }, workshopId: { type: string } }
owners: { team-workshops: "@acme/workshops" }
`;
const flagNamed = (name: string) => `name: ${name}
description: A flag that is on for everyone.
owner: team-workshops
kind: ops
enabled: true
rollout: all
`;

const LISTED = { ...IN_100, workshopId: "uuid1" };

type Answers = readonly (readonly [key: string, context: object, value: boolean])[];

/** As people have them in their emergency notes: to the letter. */
const STATEMENTS: readonly (readonly [statement: string, answers: Answers])[] = [
  [
    "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'workshop_routing'",
    [
      ["workshop_routing", IN_10, false],
      ["workshop_reports", IN_10, true],
    ],
  ],
  [
    `UPDATE feature_toggles SET enabled = true, rollout_strategy = 'whitelist', target_config = '{"workshop_ids": ["uuid1", "uuid2"]}' WHERE feature_key = 'workshop_routing'`,
    [
      ["workshop_routing", LISTED, true],
      ["workshop_routing", IN_10, false],
    ],
  ],
  [
    "UPDATE feature_toggles SET rollout_strategy = 'percentage', rollout_percentage = 50 WHERE feature_key = 'workshop_routing'",
    [
      ["workshop_routing", IN_50, true],
      ["workshop_routing", IN_100, false],
    ],
  ],
  [
    "UPDATE feature_toggles SET rollout_percentage = 10 WHERE feature_key = 'workshop_routing'",
    [
      ["workshop_routing", IN_50, false],
      ["workshop_routing", IN_10, true],
    ],
  ],
  [
    "UPDATE feature_toggles SET rollout_strategy = 'all', rollout_percentage = 100 WHERE feature_key = 'workshop_routing'",
    [["workshop_routing", IN_100, true]],
  ],
  [
    "UPDATE feature_toggles SET enabled = false WHERE feature_key LIKE 'workshop_%'",
    [
      ["workshop_routing", IN_10, false],
      ["workshop_reports", IN_10, false],
      ["voice_logging", IN_10, true],
    ],
  ],
];
const AUDIT =
  "SELECT feature_key, action, changed_by, changed_at, notes FROM feature_toggle_audit ORDER BY changed_at DESC LIMIT 50";

async function takesEffect(url: string, prompt: (sql: string) => string): Promise<void> {
  const repository = aRepository();
  const env = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: url };
  repository.write("flags/_config.yaml", CONFIG);
  for (const key of ["workshop_routing", "workshop_reports", "voice_logging"]) {
    repository.write(`flags/${key}.yaml`, flagNamed(key));
  }
  repository.commit("Three flags (#1)");
  const synced = await hoistIn(repository.folder, env)("sync");
  expect(synced, synced.err).toMatchObject({ code: 0 });
  const client: ClientProcess = await startClient({ ...env, FLAGS_SNAPSHOT_FILE: "none" });
  expect(await client.ask("workshop_routing", IN_100)).toMatchObject({ value: true });

  for (const [statement, answers] of STATEMENTS) {
    prompt(statement);
    for (const [key, context, value] of answers) {
      expect(await client.settles(key, { ...context }, value), statement).toMatchObject({ value });
    }
  }
  const audit = prompt(AUDIT);
  for (const told of ["disabled", "enabled", "updated", "created", "dana@acme.dev", "Three flags (#1)"]) {
    expect(audit).toContain(told);
  }
}

test("the emergency statements, run with sqlite3, reach a running program", async () => {
  const file = join(aRepository().folder, "production.db");
  await takesEffect(`file:${file}`, (sql) => execFileSync("sqlite3", [file, sql], { encoding: "utf8" }));
});

describePostgres("typed into psql", () => {
  test("the emergency statements reach a running program", async () => {
    const url = await freshDatabase();
    const typed = ["-v", "ON_ERROR_STOP=1", "-c"];
    await takesEffect(url, (sql) => execFileSync("psql", [url, ...typed, sql], { encoding: "utf8" }));
  });
});
