import type { NextStep } from "../init-text.ts";
import { readEnvironment } from "./drift.ts";
import type { WorkflowSettings } from "./settings.ts";

/** Lists what must be set up on GitHub itself. */
export function gitHubSetup({ environments, branch }: WorkflowSettings): readonly NextStep[] {
  const places = (names: readonly string[]) => `Environments ${names.join(", ")}`;
  return [
    {
      command: places(environments),
      about: `secret FLAGS_DATABASE_URL (role flaghoist_sync), branch ${branch} only, reviewers`,
    },
    {
      command: places(environments.map(readEnvironment)),
      about: `secret FLAGS_DATABASE_URL (role flaghoist_reader), branch ${branch} only`,
    },
    {
      command: `Rules for ${branch}`,
      about: "pull request, required check validate, code owners, no force push",
    },
    {
      command: "hoist github codeowners --write",
      about: "CODEOWNERS, when the owners in flags/_config.yaml are on GitHub",
    },
  ];
}
