import { constantAnswer, settledAnswer } from "../../core/flag/constant-answer.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { type Flag, type Rollout, type Share, WHOLE } from "../../core/flag/flag.ts";
import { unreachableRollout } from "../../core/logic/unreachable.ts";
import { cellText } from "../../core/describe/wording.ts";
import { takersText } from "./check-rules.ts";
import type { ConfigFile } from "../shape/config-file.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { type ParsedFile, problemAtKey } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";

/** As `flags/_config.yaml` declares them, in the order of promotion. */
export type Environments = ConfigFile["environments"];

/** The flag that an environment is served; without one the file as it stands. */
type Resolve = (environment?: string) => Flag;

/** What is odd about the flags that the environments are served. Nothing of it is certainly a mistake: warnings. */
export function checkEnvironments(
  parsed: ParsedFile,
  file: FlagFile,
  environments: Environments,
  resolve: Resolve,
): readonly Diagnostic[] {
  return [
    ...checkLastLines(parsed, file, resolve),
    ...checkSettled(parsed, file, environments, resolve),
    ...checkOverlays(parsed, file, environments, resolve),
  ];
}

/** Last lines that nobody gets to: the file's own, and each that an overlay puts together anew. */
function checkLastLines(parsed: ParsedFile, file: FlagFile, resolve: Resolve): readonly Diagnostic[] {
  const overlays = Object.entries(file.environments ?? {}).filter(([, { rules, rollout }]) => {
    return rules !== undefined || rollout !== undefined;
  });
  const sites = overlays.map(([name, { rollout }]): readonly [Path, Flag] => {
    return [["environments", name, rollout === undefined ? "rules" : "rollout"], resolve(name)];
  });
  return [[["rollout"], resolve()] as const, ...sites].flatMap(([path, flag]) => {
    const line = unreachableRollout(flag.rules, flag.rollout, flag.serve);
    if (line === undefined) return [];
    return [
      problemAtKey(parsed, path, {
        code: "unreachable-last-line",
        severity: "warning",
        message: `nobody reaches the default rollout: ${takersText(line, flag.rules)}`,
        hint: "let the default rollout serve them and delete the rule, or write rollout: none",
      }),
    ];
  });
}

/** A release or an experiment that is over: every environment serves everybody the same. */
function checkSettled(
  parsed: ParsedFile,
  file: FlagFile,
  environments: Environments,
  resolve: Resolve,
): readonly Diagnostic[] {
  if (file.kind !== "release" && file.kind !== "experiment") return [];
  const answers = Object.keys(environments).map((name) => settledAnswer(resolve(name)));
  const [first] = answers;
  if (first === undefined || answers.some((answer) => answer?.variant !== first.variant)) return [];
  const subjects = new Set(answers.flatMap((answer) => answer?.by ?? []));
  const who = subjects.size === 0 ? "everyone" : `everyone with a ${[...subjects].join(" and a ")}`;
  const isBoolean = (file.type ?? "boolean") === "boolean";
  const what = isBoolean ? (first.variant === "on" ? "true" : "false") : first.variant;
  return [
    problemAtKey(parsed, ["rollout"], {
      code: "fully-rolled-out",
      severity: "warning",
      message: `every environment serves ${what} to ${who}`,
      hint: "remove the flag from the code, then delete this file",
    }),
  ];
}

/**
 * Environments that are on by accident: one without an overlay is served the file as it stands, also when it was declared
 * long after the flag was written. Told where a protected environment is held back by its overlay, and this one comes
 * after it or is protected too; those before it are where a flag is tried, so the file as it stands is meant there.
 * An overlay that says nothing (`{}`) says that it is meant.
 */
function checkOverlays(
  parsed: ParsedFile,
  file: FlagFile,
  environments: Environments,
  resolve: Resolve,
): readonly Diagnostic[] {
  const overlays = file.environments ?? {};
  const names = Object.keys(environments);
  const without = names.filter((name) => !Object.hasOwn(overlays, name));
  if (!file.enabled || without.length === 0 || without.length === names.length) return [];
  const base = resolve();
  if (constantAnswer(base) === base.offVariant) return [];
  const isProtected = (name: string) => environments[name]?.protected === true;
  const counts = names.some(isProtected) ? isProtected : (name: string) => name !== names[0];
  const held = names.filter((name) => Object.hasOwn(overlays, name) && counts(name) && isHeldBack(resolve(name), base));
  return without.flatMap((name) => {
    const other = held.find((each) => {
      return names.indexOf(each) < names.indexOf(name) || (isProtected(each) && isProtected(name));
    });
    if (other === undefined) return [];
    const message = `${name} has no overlay, so it is served the file as it stands (${cellText(base)}), while ${other} is restricted (${cellText(resolve(other))})`;
    return [
      problemAtKey(parsed, ["environments"], {
        code: "no-overlay",
        severity: "warning",
        message,
        hint: `add ${name}: { enabled: false }, or ${name}: {} if this is intended`,
      }),
    ];
  });
}

function isHeldBack(flag: Flag, base: Flag): boolean {
  if (!flag.enabled) return true;
  const [reach, whole] = [reachOf(flag.rollout), reachOf(base.rollout)];
  // How many stand on a list is not known: it is only less than everybody, and more than nobody.
  if (reach === undefined) return whole === WHOLE;
  return reach < (whole ?? 1);
}

function reachOf(rollout: Rollout): Share | undefined {
  if (rollout.strategy === "all") return WHOLE;
  return rollout.strategy === "percentage" ? rollout.portion.share : undefined;
}
