import type { Share } from "../../core/flag/flag.ts";
import type { AttributeDeclaration, ConfigFile } from "../shape/config-file.ts";
import { parseShare } from "../shape/share.ts";

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

/** The policies that protected environments are held to; null where there is no limit. */
export interface Policies {
  /** The largest rise of a share that needs no acknowledgement. */
  readonly maxStep: Share | null;
  /** The most flags that one sync may change without an acknowledgement. */
  readonly maxFlags: number | null;
  readonly stagingFirst: boolean;
  readonly maxExpiryDays: number | null;
}

export function configOf(file: ConfigFile): Config {
  const { environments, attributes = {}, owners = {}, policies = {} } = file;
  return {
    environments: Object.entries(environments).map(([name, settings]) => {
      return { name, workTree: settings.workTree ?? false, protected: settings.protected ?? false };
    }),
    attributes: new Map(Object.entries(attributes)),
    owners: new Map(Object.entries(owners)),
    policies: {
      maxStep: policies.maxStep === undefined ? null : (parseShare(policies.maxStep) ?? null),
      maxFlags: policies.maxFlags ?? null,
      stagingFirst: policies.stagingFirst ?? false,
      maxExpiryDays: policies.maxExpiryDays ?? null,
    },
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
  const was = before.policies;
  return {
    environments: environments.map((each) => ({ ...each, protected: each.protected || wereProtected.has(each.name) })),
    policies: {
      maxStep: lower(was.maxStep, policies.maxStep),
      maxFlags: lower(was.maxFlags, policies.maxFlags),
      stagingFirst: was.stagingFirst || policies.stagingFirst,
      maxExpiryDays: lower(was.maxExpiryDays, policies.maxExpiryDays),
    },
  };
}

/** Null is no limit. */
function lower(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
