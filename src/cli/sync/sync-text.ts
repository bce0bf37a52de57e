import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { counted } from "../../core/text.ts";
import type { SyncOutcome } from "../../sync/sync.ts";
import type { View } from "../terminal/io.ts";
import { noteText } from "../terminal/layout.ts";
import { actionCounts, byWhom, shortCommit } from "../plan/plan-text.ts";

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
  const lines = facts.filter((fact) => fact !== "").map((fact) => `${tick} ${fact}`);
  const notes = plan.manualChanges.map((change) => {
    const { key, outcome: becomes } = change;
    const what = `${manualChangeText(change)}${byWhom(change.by, now)}`;
    if (becomes !== "stays") return `${key}: ${what}; ${becomes}`;
    const release = `hoist sync --env ${plan.environment}${outcome.again.place} --release ${key}`;
    return `${key} stays as it is: ${what}. To release it, run: ${release}`;
  });
  const rows = plan.unmanaged.map((key) => `${key} was inserted manually: it is served, although it has no file`);
  const dirty = desired.uncommitted.length;
  const left = dirty === 0 ? [] : [`${counted(dirty, "file")} under flags/ not committed, so not part of this sync`];
  return [...lines, ...[...notes, ...rows, ...left].map((note) => noteText(note, style, columns))].join("\n");
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
  return actionCounts(plan.changes, done).join(", ") || "nothing to do";
}
