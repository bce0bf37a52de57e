import { manualChangeText, manualOutcomeText } from "../../core/describe/describe-manual-change.ts";
import { counted } from "../../core/text.ts";
import { rowEditor } from "../../sync/manual-changes.ts";
import type { SyncOutcome } from "../../sync/sync.ts";
import type { View } from "../terminal/io.ts";
import { noteText } from "../terminal/layout.ts";
import {
  actionCounts,
  byWhom,
  newEpochLoss,
  newEpochReason,
  nothingToReleaseText,
  shortCommit,
} from "../plan/plan-text.ts";

type Synced = SyncOutcome & { readonly kind: "synced" };

/** Renders the outcome of a sync, one fact per line, then manual changes and uncommitted files. */
export function syncText(outcome: Synced, tookMs: number, { now, style, columns }: View): string {
  const { desired, plan } = outcome;
  const tick = style("green", "✓");
  const took = `${Math.round(tookMs)} ms, ${outcome.database}`;
  const facts = [
    followsText(outcome),
    `${counted(desired.flags.size, "flag")} valid, ${counted(desired.testsPassed, "test")} passed, every flag evaluated`,
    `${plan.environment} is at revision ${outcome.head.revision}: ${doneText(outcome)} (${took})`,
  ];
  if (outcome.newEpoch !== null) {
    facts.push(
      `every process serves this table from now on: epoch ${outcome.head.epoch} began, ${newEpochReason(outcome.newEpoch)}`,
    );
  }
  const lines = facts.filter((fact) => fact !== "").map((fact) => `${tick} ${fact}`);
  const dirty = desired.uncommitted.length;
  const left = dirty === 0 ? [] : [`${counted(dirty, "file")} under flags/ not committed, so not part of this sync`];
  const lost = outcome.newEpoch === null ? [] : [newEpochLoss(plan.environment, "ended")];
  return [
    ...lines,
    ...[...lost, ...manualNotes(outcome, now), ...left].map((note) => noteText(note, style, columns)),
  ].join("\n");
}

/** Names each manual change, and each row that was inserted or deleted manually, with its author, time and note. */
function manualNotes({ plan, manual, again }: Synced, now: Date): readonly string[] {
  const by = (key: string) => byWhom(rowEditor(key, manual), now);
  return [
    ...plan.manualChanges.map((change) => {
      const { key, outcome, isArchived, agreesWithGit } = change;
      const what = `${manualChangeText(change)}${byWhom(change.by, now)}`;
      if (outcome !== "stays" || change.kind === "unreadable") return `${key}: ${what}; ${manualOutcomeText(change)}`;
      const release = `hoist sync --env ${plan.environment}${again.place} --release ${key}`;
      const stays = `stays as it is${agreesWithGit === true ? ", even when git enables it" : ""}`;
      return `${key}${isArchived === true ? ", which is archived," : ""} ${stays}: ${what}. To release it, run: ${release}`;
    }),
    ...plan.putBack.map((key) => `${key} was put back: its row was deleted manually${by(key)}`),
    ...plan.unmanaged.map((key) => `${key} was inserted manually${by(key)}: it is served, although it has no file`),
    ...plan.nothingToRelease.map((key) => `${key}: ${nothingToReleaseText(key, plan)}`),
  ];
}

function followsText({ desired, before }: Synced): string {
  if (desired.commit === null) return "the work tree, with uncommitted changes";
  const commit = shortCommit(desired.commit);
  if (before.commit === null) return `${commit} is the first commit here`;
  if (before.commit === desired.commit) return `${commit} was already synced`;
  return `${commit} follows ${shortCommit(before.commit)}`;
}

function doneText({ plan }: Synced): string {
  const done = { create: "created", update: "updated", restore: "restored", archive: "archived" };
  const own = plan.changes.filter(({ key }) => !plan.putBack.includes(key));
  const putBack = plan.putBack.length === 0 ? [] : [`${plan.putBack.length} put back`];
  return [...actionCounts(own, done), ...putBack].join(", ") || "nothing to do";
}
