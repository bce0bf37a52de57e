import type { Condition } from "../../core/flag/condition.ts";
import {
  BOOLEAN_VARIANTS,
  DEFAULT_BY,
  type Flag,
  type FlagKey,
  type Portion,
  type Requirement,
  type Rollout,
  type Rule,
  type Serve,
  type Share,
  type VariantName,
  WHOLE,
} from "../../core/flag/flag.ts";
import type { JsonObject } from "../../core/json.ts";
import type { FlagFile, OverlayFile, RolloutFile, RuleFile, RuleRolloutFile, ServeFile } from "../shape/flag-file.ts";
import { parseShare } from "../shape/share.ts";
import { own } from "../../core/own.ts";

/** Parses a condition with the segments of the tree. @throws FormatProblem if a segment does not exist */
export type ReadCondition = (json: JsonObject) => Condition;

/**
 * Returns the flag of one environment: applies the overlay, which replaces whole keys, and writes the segments out. Without an
 * environment, returns the flag without overlays.
 *
 * @param file  without problems: a share that cannot be read throws a RangeError
 */
export function resolveFlag(key: FlagKey, file: FlagFile, environment: string | undefined, read: ReadCondition): Flag {
  const overlay: OverlayFile = environment === undefined ? {} : (own(file.environments ?? {}, environment) ?? {});
  const type = file.type ?? "boolean";
  const offVariant = file.offVariant === undefined ? "off" : variantName(file.offVariant);
  return {
    key,
    name: file.name,
    description: file.description,
    owner: file.owner,
    kind: file.kind,
    expires: file.expires ?? null,
    tags: file.tags ?? [],
    metadata: file.metadata ?? {},
    type,
    variants: type === "boolean" ? BOOLEAN_VARIANTS : (file.variants ?? {}),
    offVariant,
    fallback: file.fallback === undefined ? offVariant : variantName(file.fallback),
    enabled: overlay.enabled ?? file.enabled,
    rules: (overlay.rules ?? file.rules ?? []).map((rule) => resolveRule(rule, read)),
    rollout: rolloutOf(overlay.rollout ?? file.rollout),
    serve: serveOf(overlay.serve ?? file.serve),
    requires: requirementsOf(file.requires ?? {}),
    salt: file.salt ?? key,
    client: file.client ?? false,
    protected: file.protected ?? false,
  };
}

/** Returns the variant that a file names. In a file, true and false stand for the variants on and off. */
export function variantName(written: boolean | string): VariantName {
  return typeof written === "string" ? written : written ? "on" : "off";
}

/** Returns the variant that a key of a split names. There, true and false are text. */
export function splitVariantName(written: string): VariantName {
  return written === "true" ? "on" : written === "false" ? "off" : written;
}

/** Returns the rule that a file describes, with its segments written out. */
export function resolveRule(rule: RuleFile, read: ReadCondition): Rule {
  const portion = rule.rollout === undefined ? null : portionOf(rule.rollout);
  return { name: rule.name, when: read(rule.if), portion, serve: serveOf(rule.serve) };
}

function portionOf(written: RuleRolloutFile): Portion {
  if (typeof written === "string") return { share: share(written), by: DEFAULT_BY };
  return { share: share(written.percentage), by: written.by ?? DEFAULT_BY };
}

function rolloutOf(written: RolloutFile): Rollout {
  if (written === "all") return { strategy: "all" };
  if (written === "none") return { strategy: "percentage", portion: { share: 0, by: DEFAULT_BY } };
  if (typeof written === "object" && "roles" in written) return { strategy: "role", roles: written.roles };
  if (typeof written === "object" && "whitelist" in written) {
    // Ids are compared as text, and a number is written in one way only.
    const lists = Object.entries(written.whitelist).map(([attribute, ids]) => [attribute, ids.map(String)]);
    return { strategy: "whitelist", lists: Object.fromEntries(lists) };
  }
  return { strategy: "percentage", portion: portionOf(written) };
}

function serveOf(written: ServeFile | undefined): Serve {
  if (written === undefined) return { variant: "on" };
  if (typeof written !== "object") return { variant: variantName(written) };
  const parts = Object.entries(written.split).map(([name, text]) => ({
    variant: splitVariantName(name),
    share: share(text),
  }));
  return { split: parts };
}

function requirementsOf(written: NonNullable<FlagFile["requires"]>): readonly Requirement[] {
  return Object.entries(written).map(([flag, variants]) => {
    return { flag, variants: (Array.isArray(variants) ? variants : [variants]).map(variantName) };
  });
}

function share(text: string): Share {
  const read = parseShare(text);
  if (read === undefined || read > WHOLE) throw new RangeError(`"${text}" is not a share`);
  return read;
}
