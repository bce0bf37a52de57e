import { aRepository, type TestRepository } from "./repository.ts";

/** Holds a configuration with two environments, of which production is protected, and low limits. */
export const CONFIG = `environments: { development: { workTree: true }, staging: {}, production: { protected: true } }
attributes: { userId: { type: string }, userRole: { type: string }, workshopId: { type: string } }
owners: { team-checkout: "@acme/checkout" }
policies: { maxStep: 25%, maxFlags: 25 }
`;

export interface FlagText {
  readonly description?: string;
  readonly enabled?: boolean;
  /** Top-level lines after `enabled`, including the default rollout. Default: `rollout: all`. */
  readonly lines?: string;
}

/** Returns the text of a boolean flag's file. */
export function flagText({
  description = "What it switches.",
  enabled = true,
  lines = "rollout: all",
}: FlagText = {}): string {
  return `name: A flag
description: ${description}
owner: team-checkout
kind: ops
enabled: ${enabled}
${lines}
`;
}

export function flagPath(key: string): string {
  return `flags/${key}.yaml`;
}

/** Creates a repository with a configuration and these flags, committed as "First flags (#1)". */
export function aFlagRepository(flags: Readonly<Record<string, string>>, config: string = CONFIG): TestRepository {
  const repository = aRepository();
  repository.write("flags/_config.yaml", config);
  writeFlags(repository, flags);
  repository.commit("First flags (#1)");
  return repository;
}

export function writeFlags(repository: TestRepository, flags: Readonly<Record<string, string>>): void {
  for (const [key, text] of Object.entries(flags)) repository.write(flagPath(key), text);
}

/** Writes flags, commits them, and returns the full id of the commit. */
export function commitFlags(
  repository: TestRepository,
  subject: string,
  flags: Readonly<Record<string, string>>,
  options: Parameters<TestRepository["commit"]>[1] = {},
): string {
  writeFlags(repository, flags);
  return repository.commit(subject, options);
}
