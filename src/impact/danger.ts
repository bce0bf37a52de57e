import { constantAnswer } from "../core/flag/constant-answer.ts";
import { decidedByText } from "../core/describe/decided-by.ts";
import { type Flag, type Share, WHOLE } from "../core/flag/flag.ts";
import type { Policies } from "../source/shape/policies.ts";
import { type ChangeKind, reshuffleOf, type Reshuffle } from "./change-kind.ts";
import type { Jump } from "./jump/jump.ts";

/** A change that needs an acknowledgement in a protected environment. */
export interface Danger {
  readonly code: "jump" | "reshuffle" | "widening";
  /** `the jump of 40 points exceeds policy maxStep (25)`. */
  readonly text: string;
  /** The size of a jump. */
  readonly jump?: Jump;
}

/** The change of one flag in git, with its effect on people. Manual changes are confirmed when syncing, not in a file. */
export interface MeasuredEdit {
  readonly before: Flag;
  readonly after: Flag;
  readonly kind: ChangeKind;
  /** Null if no policy limits it. */
  readonly jump: Jump | null;
}

/** The number of steps of a share in one point. */
const STEPS = WHOLE / 100;

/** Returns whether a change may give somebody an answer that is more than the off variant. */
export function givesMore(kind: ChangeKind): boolean {
  return kind !== "no-op" && kind !== "narrow";
}

/** Returns the dangers of one flag's change in git. */
export function dangersOf(
  { before, after, kind, jump }: MeasuredEdit,
  { maxStep }: Pick<Policies, "maxStep">,
): readonly Danger[] {
  if (!givesMore(kind)) return [];
  const dangers: Danger[] = [];
  if (maxStep !== null && jump !== null && jump.points > maxStep / STEPS) {
    dangers.push({ code: "jump", text: jumpText(jump, maxStep), jump });
  }
  const reshuffle = kind === "widen" ? undefined : reshuffleOf(before, after);
  if (reshuffle !== undefined) dangers.push({ code: "reshuffle", text: reshuffleText(reshuffle) });
  if (before.protected || after.protected) dangers.push(PROTECTED_WIDENING);
  return dangers;
}

function jumpText(jump: Jump, maxStep: Share): string {
  const { method } = jump;
  const limit = `policy maxStep (${maxStep / STEPS})`;
  const points = `${jump.points} ${jump.points === 1 ? "point" : "points"}`;
  if (method === "too-large")
    return `the change is too large to measure; it counts as a jump of ${points} and exceeds ${limit}`;
  if (method === "estimated") return `the jump is estimated at up to ${points}, which exceeds ${limit}`;
  return `the jump of ${points} exceeds ${limit}`;
}

const PROTECTED_WIDENING: Danger = {
  code: "widening",
  text: "the flag is protected: every widening needs an acknowledgement",
};

/** Returns the dangers of a new flag: it has no jump, but a protected flag widens if it serves anyone. */
export function dangersOfNew(after: Flag): readonly Danger[] {
  return after.protected && constantAnswer(after) !== after.offVariant ? [PROTECTED_WIDENING] : [];
}

/** Describes what reshuffles subjects, starting with the changed field or rule. */
function reshuffleText({ field, rule, ...change }: Reshuffle): string {
  const title = decidedByText(rule === null ? { kind: "default-rollout" } : { kind: "rule", name: rule });
  if (!("was" in change)) return `the split of ${title} changes: subjects move between its variants`;
  if (field === "salt")
    return `the salt changes from "${change.was}" to "${change.is}": every subject gets a new bucket`;
  return `${title} counts subjects by ${change.is} instead of ${change.was}`;
}
