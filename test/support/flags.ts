import type { Condition, Scalar, Test } from "../../src/core/flag/condition.ts";
import { compileFlags, type FlagSet } from "../../src/core/evaluate/compile.ts";
import {
  BOOLEAN_VARIANTS,
  DEFAULT_BY,
  type Flag,
  type FlagKey,
  type Portion,
  type Rollout,
  type Rule,
  type Serve,
} from "../../src/core/flag/flag.ts";

/** Returns a boolean flag that is on for everyone, with the given fields. */
export function aFlag(wanted: Partial<Flag> & { readonly key: FlagKey }): Flag {
  return {
    name: wanted.key,
    description: "",
    owner: null,
    kind: null,
    expires: null,
    tags: [],
    metadata: {},
    type: "boolean",
    variants: BOOLEAN_VARIANTS,
    offVariant: "off",
    fallback: wanted.offVariant ?? "off",
    enabled: true,
    rules: [],
    rollout: { strategy: "all" },
    serve: { variant: "on" },
    requires: [],
    salt: wanted.key,
    client: false,
    protected: false,
    ...wanted,
  };
}

/** Returns a flag with three colours, of which control is the off variant. */
export function aColourFlag(wanted: Partial<Flag> & { readonly key: FlagKey }): Flag {
  return aFlag({
    type: "string",
    variants: { control: "grey", blue: "#00f", green: "#0f0" },
    offVariant: "control",
    serve: { variant: "blue" },
    ...wanted,
  });
}

export function percentage(percent: number, by: string = DEFAULT_BY): Rollout {
  return { strategy: "percentage", portion: portion(percent, by) };
}

export function portion(percent: number, by: string = DEFAULT_BY): Portion {
  return { share: Math.round(percent * 1000), by };
}

/** Returns a split from shares in percent, in order. */
export function split(parts: Readonly<Record<string, number>>): Serve {
  return { split: Object.entries(parts).map(([variant, percent]) => ({ variant, share: Math.round(percent * 1000) })) };
}

export const EVERYONE: Condition = { op: "all", of: [] };

export function aRule(wanted: Partial<Rule> = {}): Rule {
  return { name: "a rule", when: EVERYONE, portion: null, serve: { variant: "on" }, ...wanted };
}

export function matches(attribute: string, ...tests: readonly Test[]): Condition {
  return { op: "match", attribute, tests };
}

export function isOneOf(attribute: string, ...values: readonly Scalar[]): Condition {
  return matches(attribute, { op: "in", values });
}

export function flagSet(...flags: readonly Flag[]): FlagSet {
  return compileFlags({ flags });
}

export function flagMap(flags: Iterable<Flag>): ReadonlyMap<FlagKey, Flag> {
  return new Map(Array.from(flags, (flag) => [flag.key, flag]));
}
