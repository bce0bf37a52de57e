import type { FlagTree } from "./edit-flag.ts";
import { type EditResult, refused } from "./edit-result.ts";
import { setInFlag, type SetOptions } from "./set.ts";

/** Who is to get the last line, or a rule. */
export interface RolloutWish {
  /** `50%`, `all` or `none`. */
  readonly share?: string | undefined;
  /** The attribute that subjects are told apart by. */
  readonly by?: string | undefined;
  /** userRole is one of these. */
  readonly roles?: readonly string[] | undefined;
  /** Attribute → ids. */
  readonly whitelist?: Readonly<Record<string, readonly string[]>> | undefined;
  /** A rule by its name; the last line unless given. */
  readonly rule?: string | undefined;
}

/** Says anew who gets the last line of a flag, or a rule's serve. */
export function rollOut(tree: FlagTree, options: SetOptions, wish: RolloutWish): EditResult {
  const { share, by, roles, whitelist, rule } = wish;
  const ways = [share, roles, whitelist].filter((way) => way !== undefined);
  if (ways.length > 1 || (ways.length === 0 && by === undefined)) {
    return refused("usage", "expected one of: a share, --roles, --whitelist", `e.g. hoist rollout ${options.key} 25%`);
  }
  const path = rule === undefined ? "rollout" : `rules[${quoted(rule)}].rollout`;
  if (rule !== undefined && (roles !== undefined || whitelist !== undefined)) {
    const hint = `a rule says who in its if; its rollout is a share: hoist rollout ${options.key} 25% --rule ${quoted(rule)}`;
    return refused("usage", "--rule takes a share, not --roles or --whitelist", hint);
  }
  if (roles !== undefined) return setInFlag(tree, options, [`${path}=${JSON.stringify({ roles })}`]);
  if (whitelist !== undefined) return setInFlag(tree, options, [`${path}=${JSON.stringify({ whitelist })}`]);
  const written = share === undefined ? undefined : shareWritten(share, rule !== undefined);
  if (written === null) {
    const hint =
      rule === undefined ? "all, none, or a share such as 25% or 0.5%" : "a share such as 25% or 0.5%, or all";
    return refused("usage", `"${share}" does not say how many`, hint);
  }
  const changes = written === undefined ? [] : [`${path}=${written}`];
  return setInFlag(tree, options, by === undefined ? changes : [...changes, `${path}.by=${by}`]);
}

/** `25` for `25%` is what people type; a rule for everybody writes no rollout. */
function shareWritten(share: string, inRule: boolean): string | null {
  if (share === "all") return inRule ? "" : "all";
  if (share === "none") return inRule ? "0%" : "none";
  const text = /^\d+(?:\.\d+)?$/.test(share) ? `${share}%` : share;
  return /^\d+(?:\.\d+)?%$/.test(text) && Number.parseFloat(text) <= 100 ? text : null;
}

function quoted(name: string): string {
  return name.includes('"') ? `'${name}'` : `"${name}"`;
}
