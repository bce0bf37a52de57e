import type { AttributeDeclaration, ConfigFile } from "../shape/config-file.ts";
import { type Policies, policiesOf, stricterPolicies } from "../shape/policies.ts";

/** One environment that `flags/_config.yaml` declares. */
export interface Environment {
  readonly name: string;
  /** Whether the environment may be synced from files that are not committed. */
  readonly workTree: boolean;
  /** Whether dangerous changes need an acknowledgement. */
  readonly protected: boolean;
}

/** The content of `flags/_config.yaml`, with defaults filled in. */
export interface Config {
  /** In the order of promotion. */
  readonly environments: readonly Environment[];
  readonly attributes: ReadonlyMap<string, AttributeDeclaration>;
  /** Owner → the reviewer on GitHub, e.g. `@acme/workshops`. */
  readonly owners: ReadonlyMap<string, string>;
  readonly policies: Policies;
}

/** Returns the configuration that a file describes. */
export function configOf(file: ConfigFile): Config {
  const { environments, attributes = {}, owners = {}, policies = {} } = file;
  return {
    environments: Object.entries(environments).map(([name, settings]) => {
      return { name, workTree: settings.workTree ?? false, protected: settings.protected ?? false };
    }),
    attributes: new Map(Object.entries(attributes)),
    owners: new Map(Object.entries(owners)),
    policies: policiesOf(policies),
  };
}

/** The policies that a pull request must meet, and the environments that they apply to. */
export type Limits = Pick<Config, "environments" | "policies">;

/**
 * Returns the stricter of two configurations, limit by limit: a change that removes a limit must still meet it.
 *
 * @param before  the earlier configuration; null if there was none
 */
export function stricterOf(before: Limits | null, { environments, policies }: Limits): Limits {
  if (before === null) return { environments, policies };
  const wereProtected = new Set(before.environments.flatMap((each) => (each.protected ? [each.name] : [])));
  return {
    environments: environments.map((each) => ({ ...each, protected: each.protected || wereProtected.has(each.name) })),
    policies: stricterPolicies(before.policies, policies),
  };
}
