import { sameJson } from "../../core/json.ts";
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

/** The limits of a change: the policies that it must meet, the environments that they apply to, and who is measured. */
export interface Limits extends Pick<Config, "environments" | "policies"> {
  /** The attributes before and after the change: the stricter of the two measured results counts. */
  readonly attributes: readonly Config["attributes"][];
}

/**
 * Returns the stricter of two configurations, limit by limit: a change that removes a limit must still meet it.
 *
 * @param before  the earlier configuration; null if there was none
 */
export function stricterOf(
  before: Pick<Config, keyof Limits> | null,
  { environments, policies, attributes }: Pick<Config, keyof Limits>,
): Limits {
  if (before === null) return { environments, policies, attributes: [attributes] };
  const wereProtected = new Set(before.environments.flatMap((each) => (each.protected ? [each.name] : [])));
  const isSame = sameJson([...before.attributes], [...attributes]);
  return {
    environments: environments.map((each) => ({ ...each, protected: each.protected || wereProtected.has(each.name) })),
    policies: stricterPolicies(before.policies, policies),
    attributes: isSame ? [attributes] : [before.attributes, attributes],
  };
}
