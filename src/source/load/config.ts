import type { AttributeDeclaration, ConfigFile } from "../shape/config-file.ts";
import { type Policies, policiesOf, stricterPolicies } from "../shape/policies.ts";

export interface Environment {
  readonly name: string;
  /** May be synced from files that are not committed. */
  readonly workTree: boolean;
  /** Dangerous changes need an acknowledgement. */
  readonly protected: boolean;
}

/** `flags/_config.yaml` with everything said that may be left out. */
export interface Config {
  /** In the order of promotion. */
  readonly environments: readonly Environment[];
  readonly attributes: ReadonlyMap<string, AttributeDeclaration>;
  /** Owner → who that is where code is reviewed, e.g. `@acme/workshops`. */
  readonly owners: ReadonlyMap<string, string>;
  readonly policies: Policies;
}

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

/** What a pull request is held to, and in which environments. */
export type Limits = Pick<Config, "environments" | "policies">;

/**
 * The stricter of both, limit by limit: a change that takes a limit away is still held to it, and the next one no more.
 *
 * @param before  as it was; null where there was none
 */
export function stricterOf(before: Limits | null, { environments, policies }: Limits): Limits {
  if (before === null) return { environments, policies };
  const wereProtected = new Set(before.environments.flatMap((each) => (each.protected ? [each.name] : [])));
  return {
    environments: environments.map((each) => ({ ...each, protected: each.protected || wereProtected.has(each.name) })),
    policies: stricterPolicies(before.policies, policies),
  };
}
