import { constantAnswer, settledAnswer } from "../../core/flag/constant-answer.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { type Flag, type Rollout, type Share, WHOLE } from "../../core/flag/flag.ts";
import { unreachableRollout } from "../../core/logic/unreachable.ts";
import { cellText } from "../../core/describe/wording.ts";
import { articleOf } from "../../core/text.ts";
import type { Budget } from "../../core/work.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";
import type { ConfigFile } from "../shape/config-file.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { takersText } from "./check-reachability.ts";
import { warningAtKey } from "./report.ts";
import { own } from "../../core/own.ts";

/** The environments as `flags/_config.yaml` declares them, in order of promotion. */
export type Environments = ConfigFile["environments"];

/** Returns the flag of one environment; without a name, the base of the file. */
type Resolve = (environment?: string) => Flag;

interface Known {
  readonly environments: Environments;
  /** The budget of the run for logic checks. */
  readonly checks: Budget;
  readonly resolve: Resolve;
}

/** Warns about rollouts and overlays that look like mistakes but may be intended. */
export function* checkEnvironments(
  parsed: ParsedFile,
  file: FlagFile,
  { environments, checks, resolve }: Known,
): Generator<Diagnostic> {
  yield* checkDefaultRollouts(parsed, file, { checks, resolve });
  yield* checkSettled(parsed, file, environments, resolve);
  yield* checkOverlays(parsed, file, environments, resolve);
}

/** Warns about default rollouts that nobody reaches: the file's own, and each that an overlay changes. */
function* checkDefaultRollouts(
  parsed: ParsedFile,
  file: FlagFile,
  { checks, resolve }: Pick<Known, "checks" | "resolve">,
): Generator<Diagnostic> {
  const sites: (readonly [Path, Flag])[] = [[["rollout"], resolve()]];
  for (const [name, { rules, rollout }] of Object.entries(file.environments ?? {})) {
    const key = rollout === undefined ? "rules" : "rollout";
    if (rules !== undefined || rollout !== undefined) sites.push([["environments", name, key], resolve(name)]);
  }
  for (const [path, flag] of sites) {
    const found = unreachableRollout(flag, checks);
    if (found === undefined) continue;
    const message = `nobody reaches the default rollout: ${takersText(found, flag.rules)}`;
    const hint = "let the default rollout serve them and delete the rule, or write rollout: none";
    yield warningAtKey({ file: parsed, path }, "unreachable-last-line", message, hint);
  }
}

/** Warns about a release or an experiment that is over: every environment serves everyone the same variant. */
function* checkSettled(
  parsed: ParsedFile,
  file: FlagFile,
  environments: Environments,
  resolve: Resolve,
): Generator<Diagnostic> {
  if (file.kind !== "release" && file.kind !== "experiment") return;
  const answers = Object.keys(environments).map((name) => settledAnswer(resolve(name)));
  const [first] = answers;
  if (first === undefined || answers.some((answer) => answer?.variant !== first.variant)) return;
  const subjects = new Set(answers.flatMap((answer) => answer?.by ?? []));
  const who =
    subjects.size === 0
      ? "everyone"
      : `everyone with ${[...subjects].map((name) => `${articleOf(name)} ${name}`).join(" and ")}`;
  const isBoolean = (file.type ?? "boolean") === "boolean";
  const what = isBoolean ? (first.variant === "on" ? "true" : "false") : first.variant;
  const message = `every environment serves ${what} to ${who}`;
  const hint = "remove the flag from the code, then delete this file";
  yield warningAtKey({ file: parsed, path: ["rollout"] }, "fully-rolled-out", message, hint);
}

/**
 * Warns about environments that may be on by accident. An environment without an overlay uses the base of the file,
 * even if it was declared long after the flag was written. The warning requires that the overlay of a protected
 * environment restricts the flag, and that the environment without an overlay comes after it or is protected too. Flags
 * are tried in earlier environments, so the base is intended there. An empty overlay (`{}`) states that the base is
 * intended.
 */
function* checkOverlays(
  parsed: ParsedFile,
  file: FlagFile,
  environments: Environments,
  resolve: Resolve,
): Generator<Diagnostic> {
  const overlays = file.environments ?? {};
  const names = Object.keys(environments);
  const without = names.filter((name) => !Object.hasOwn(overlays, name));
  if (!file.enabled || without.length === 0 || without.length === names.length) return;
  const base = resolve();
  if (constantAnswer(base) === base.offVariant) return;
  const isProtected = (name: string) => own(environments, name)?.protected === true;
  const counts = names.some(isProtected) ? isProtected : (name: string) => name !== names[0];
  const restricted = names.filter((name) => {
    return Object.hasOwn(overlays, name) && counts(name) && isRestricted(resolve(name), base);
  });
  for (const name of without) {
    const other = restricted.find((each) => {
      return names.indexOf(each) < names.indexOf(name) || (isProtected(each) && isProtected(name));
    });
    if (other === undefined) continue;
    const message = `${name} has no overlay, so it uses the base of the file (${cellText(base)}), while ${other} is restricted (${cellText(resolve(other))})`;
    const hint = `add ${name}: { enabled: false }, or ${name}: {} if this is intended`;
    yield warningAtKey({ file: parsed, path: ["environments"] }, "no-overlay", message, hint);
  }
}

function isRestricted(flag: Flag, base: Flag): boolean {
  if (!flag.enabled) return true;
  const [share, baseShare] = [shareOf(flag.rollout), shareOf(base.rollout)];
  // The number of people on a list is unknown: more than nobody, fewer than everyone.
  if (share === undefined) return baseShare === WHOLE;
  return share < (baseShare ?? 1);
}

function shareOf(rollout: Rollout): Share | undefined {
  if (rollout.strategy === "all") return WHOLE;
  return rollout.strategy === "percentage" ? rollout.portion.share : undefined;
}
