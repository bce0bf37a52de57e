import { counted } from "../text.ts";
import { DEFAULT_BY, type Flag, type Portion, type Rollout, type Serve, type Share } from "../flag/flag.ts";
import { audienceOf } from "../flag/serving-rules.ts";
import { printable } from "../printable.ts";

/** Returns a share as a percentage: `25 %`, `0.001 %`. */
export function shareText(share: Share): string {
  return `${share / 1000} %`;
}

/** Returns a share with its subject attribute, unless that is userId: `10 %`, `10 % by sessionId`. */
export function portionText({ share, by }: Portion): string {
  return by === DEFAULT_BY ? shareText(share) : `${shareText(share)} by ${printable(by)}`;
}

/**
 * Describes the audience of a default rollout: `everyone`, `nobody`, `10 % of everyone`, `userRole admin,
 * workshop_admin`.
 */
export function rolloutText(rollout: Rollout): string {
  if (rollout.strategy === "percentage") {
    return rollout.portion.share === 0 ? "nobody" : `${portionText(rollout.portion)} of everyone`;
  }
  const who = audienceOf(rollout);
  if (who.kind === "condition") return "everyone";
  return Object.entries(who.lists)
    .map(([attribute, ids]) => `${printable(attribute)} ${listText(ids)}`)
    .join(" or ");
}

/** Joins words into a list of limited length: `a, b, c`, or `a, b, c and 47 more`. */
export function listText(words: readonly string[], most = 5): string {
  if (words.length === 0) return "(none)";
  const shown = words.slice(0, most).map(printable).join(", ");
  return words.length > most ? `${shown} and ${words.length - most} more` : shown;
}

/** Describes what a rule serves: `blue`, or `34 % control, 33 % blue, 33 % green`. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return printable(serve.variant);
  return serve.split.map(({ variant, share }) => `${shareText(share)} ${printable(variant)}`).join(", ");
}

/** Describes the default rollout: its audience and what it serves. Omits the `on` of a boolean flag. */
export function defaultRolloutText(flag: Pick<Flag, "rollout" | "serve" | "type">): string {
  return servedToText(flag, rolloutText(flag.rollout));
}

/**
 * Describes an audience and what it gets: `blue for 10 % of everyone`. Omits the `on` of a boolean flag: `10 % of
 * everyone`.
 */
export function servedToText(flag: Pick<Flag, "serve" | "type">, who: string): string {
  const goesWithoutSaying = flag.type === "boolean" && "variant" in flag.serve && flag.serve.variant === "on";
  return goesWithoutSaying ? who : `${serveText(flag.serve)} for ${who}`;
}

/** Describes a flag for a cell of a table: `off`, `on`, `10 %`, `2 rules, 10 %`, `split`, `whitelist`. */
export function cellText(flag: Pick<Flag, "enabled" | "rules" | "rollout" | "serve">): string {
  if (!flag.enabled) return "off";
  const rollout = defaultRolloutCell(flag);
  if (flag.rules.length === 0) return rollout;
  return `${counted(flag.rules.length, "rule")}, ${rollout}`;
}

function defaultRolloutCell({ rollout, serve }: Pick<Flag, "rollout" | "serve">): string {
  const what = "split" in serve ? " split" : "";
  switch (rollout.strategy) {
    case "all":
      return what === "" ? "on" : "split";
    case "percentage":
      return rollout.portion.share === 0 ? "off" : `${portionText(rollout.portion)}${what}`;
    case "role":
      return `roles${what}`;
    case "whitelist":
      return `whitelist${what}`;
  }
}
