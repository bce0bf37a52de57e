import { type Edited, refused } from "./edit-result.ts";
import type { FlagTree } from "./flag-tree.ts";
import { setInFlag, type SetTarget } from "./set.ts";

/** The requested audience of a default rollout or of a rule. */
export interface RolloutRequest {
  /** `50%`, `all` or `none`. */
  readonly share?: string | undefined;
  /** The attribute that a share counts by. */
  readonly by?: string | undefined;
  /** Users whose userRole is one of these. */
  readonly roles?: readonly string[] | undefined;
  /** Attribute → ids. */
  readonly whitelist?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The name of a rule; the default rollout when absent. */
  readonly rule?: string | undefined;
}

/** Changes whom the default rollout of a flag, or one of its rules, serves. */
export function rollOut(tree: FlagTree, target: SetTarget, request: RolloutRequest): Edited {
  const { share, by, roles, whitelist, rule } = request;
  const ways = [share, roles, whitelist].filter((way) => way !== undefined);
  if (ways.length > 1 || (ways.length === 0 && by === undefined)) {
    const hint = `for example: hoist rollout ${target.key} 25%`;
    throw refused("USAGE", "give exactly one of: a share, --roles, --whitelist", hint);
  }
  if (rule !== undefined && (roles !== undefined || whitelist !== undefined)) {
    const hint = `the "if" of a rule selects users; its rollout is a share: hoist rollout ${target.key} 25% --rule ${quoted(rule)}`;
    throw refused("USAGE", "--rule takes a share, not --roles or --whitelist", hint);
  }
  const path = rule === undefined ? "rollout" : `rules[${quoted(rule)}].rollout`;
  if (roles !== undefined) return setInFlag(tree, target, [`${path}=${JSON.stringify({ roles })}`]);
  if (whitelist !== undefined) return setInFlag(tree, target, [`${path}=${JSON.stringify({ whitelist })}`]);
  const written = share === undefined ? undefined : shareWritten(share, rule !== undefined);
  if (written === null) {
    const hint = `write all, ${rule === undefined ? "none, " : ""}or a percentage such as 25% or 0.5%`;
    throw refused("USAGE", `"${share}" is not a valid share`, hint);
  }
  const changes = written === undefined ? [] : [`${path}=${written}`];
  return setInFlag(tree, target, by === undefined ? changes : [...changes, `${path}.by=${by}`]);
}

/**
 * Returns a share as a file writes it; null if it is not valid. Accepts `25` for `25%`. The text is empty for a rule that
 * serves everyone, because such a rule has no rollout.
 */
function shareWritten(share: string, inRule: boolean): string | null {
  if (share === "all") return inRule ? "" : "all";
  if (share === "none") return inRule ? "0%" : "none";
  const text = /^\d+(?:\.\d+)?$/.test(share) ? `${share}%` : share;
  return /^\d+(?:\.\d+)?%$/.test(text) && Number.parseFloat(text) <= 100 ? text : null;
}

function quoted(name: string): string {
  return name.includes('"') ? `'${name}'` : `"${name}"`;
}
