import { counted } from "../text.ts";
import type { Flag, Portion, Rollout, Serve, Share } from "../flag/flag.ts";
import { DEFAULT_BY } from "../flag/flag.ts";

/** `25 %`, `0.001 %`: the number as it would be written. */
export function shareText(share: Share): string {
  return `${share / 1000} %`;
}

/** `10 %`, `10 % by sessionId`. */
export function portionText({ share, by }: Portion): string {
  return by === DEFAULT_BY ? shareText(share) : `${shareText(share)} by ${by}`;
}

/** Who the last line reaches: `everybody`, `nobody`, `10 % of everybody`, `userRole admin, workshop_admin`. */
export function rolloutText(rollout: Rollout): string {
  switch (rollout.strategy) {
    case "all":
      return "everybody";
    case "percentage":
      return rollout.portion.share === 0 ? "nobody" : `${portionText(rollout.portion)} of everybody`;
    case "role":
      return `userRole ${listText(rollout.roles)}`;
    case "whitelist":
      return Object.entries(rollout.lists)
        .map(([attribute, ids]) => `${attribute} ${listText(ids)}`)
        .join(" or ");
  }
}

/** `a, b, c`, or `a, b, c and 47 more`. */
export function listText(words: readonly string[], most = 5): string {
  if (words.length === 0) return "(none)";
  const shown = words.slice(0, most).join(", ");
  return words.length > most ? `${shown} and ${words.length - most} more` : shown;
}

/** `blue`, or `34 % control, 33 % blue, 33 % green`. */
export function serveText(serve: Serve): string {
  if ("variant" in serve) return serve.variant;
  return serve.split.map(({ variant, share }) => `${shareText(share)} ${variant}`).join(", ");
}

/** The last line as a phrase: who, and what unless that goes without saying. */
export function lastLineText(flag: Pick<Flag, "rollout" | "serve" | "type">): string {
  const who = rolloutText(flag.rollout);
  const goesWithoutSaying = flag.type === "boolean" && "variant" in flag.serve && flag.serve.variant === "on";
  return goesWithoutSaying ? who : `${serveText(flag.serve)} for ${who}`;
}

/** A flag in a table's cell: `off`, `on`, `10 %`, `2 rules, 10 %`, `split`, `whitelist`. */
export function cellText(flag: Pick<Flag, "enabled" | "rules" | "rollout" | "serve">): string {
  if (!flag.enabled) return "off";
  const last = lastLineCell(flag);
  if (flag.rules.length === 0) return last;
  return `${counted(flag.rules.length, "rule")}, ${last}`;
}

function lastLineCell({ rollout, serve }: Pick<Flag, "rollout" | "serve">): string {
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
