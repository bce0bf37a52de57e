import { counted } from "../../core/text.ts";
import type { View } from "../terminal/io.ts";
import { agoText } from "../terminal/age.ts";
import { shortCommit } from "../plan/plan-text.ts";
import { fittedTable } from "../terminal/layout.ts";
import { printable } from "../../core/printable.ts";

/** A flag as git, the table, overrides and instances see it. A dash means that there is nothing to show. */
export interface StatusRow {
  readonly key: string;
  readonly git: string;
  readonly table: string;
  /** The variant that overrides in this shell serve. */
  readonly override: string;
  /** The variant that overrides in running instances serve. */
  readonly instances: string;
  /** Who changed the flag manually, when and why. */
  readonly note: string;
  readonly differs: boolean;
}

/** The result of `hoist status`. */
export interface Status {
  readonly environment: string;
  readonly database: string;
  readonly git: { readonly commit: string | null; readonly problem: string | null };
  readonly table: {
    readonly epoch: number;
    readonly revision: number;
    readonly commit: string | null;
    /** ISO 8601; null when no sync was recorded. */
    readonly syncedAt: string | null;
    /** The revision that a running process reported, if the table is behind it: a backup was restored. */
    readonly behind: number | null;
  };
  readonly instances: {
    readonly seen: number;
    readonly atRevision: number;
    /** The number of instances that changes do not reach at once. */
    readonly pollOnly: number;
    /** Heartbeats that cannot be read completely; the rest of each is used. */
    readonly unreadable: readonly { readonly host: string; readonly pid: number; readonly problem: string }[];
  };
  /** Differences first, then by key. */
  readonly rows: readonly StatusRow[];
}

/** Renders where git, the table, overrides and instances differ; `all` also shows the flags that agree. */
export function statusText(status: Status, { all, now, style, columns }: View & { readonly all: boolean }): string {
  const { rows } = status;
  const shown = all ? rows : rows.filter(({ differs }) => differs);
  const agreeing = rows.length - rows.filter(({ differs }) => differs).length;
  const header = ["flag", "git", "table", "override", "instances", "note"].map((title) => style("dim", title));
  const cells = shown.map((row) => [row.key, row.git, row.table, row.override, row.instances, row.note]);
  const blocks = [
    headText(status, now),
    shown.length === 0 ? "" : fittedTable(header, cells, columns),
    agreeing === 0 ? "" : agreeText(agreeing, status.git.problem === null),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function agreeText(count: number, isGitKnown: boolean): string {
  const flags = counted(count, "flag");
  if (isGitKnown) return `${flags} ${count === 1 ? "matches" : "match"} everywhere`;
  return `${flags} without overrides or manual changes`;
}

function headText({ environment, database, git, table, instances }: Status, now: Date): string {
  const commit = git.commit === null ? "no commit" : shortCommit(git.commit);
  const synced = table.syncedAt === null ? "" : `, ${agoText(table.syncedAt, now)}`;
  const live = table.commit === null ? "work tree" : shortCommit(table.commit);
  const head = `${environment}: git ${commit} · table revision ${table.revision} (${live}${synced}) · ${instancesText(instances, table.revision)}`;
  const lines = [head, `database ${database}`];
  if (git.problem !== null) lines.push(`git could not be compared: ${git.problem}`);
  lines.push(
    ...instances.unreadable.map(({ host, pid, problem }) => {
      return printable(`the heartbeat of process ${pid} on ${host} cannot be read completely: ${problem}`);
    }),
  );
  if (table.behind !== null) lines.push(...behindTexts(table.revision, table.behind, environment));
  return lines.join("\n");
}

/** Says that a backup was restored, what running processes do, and which command ends this state. */
function behindTexts(revision: number, reported: number, environment: string): readonly string[] {
  return [
    `the table is behind: it has revision ${revision}, but a process reported revision ${reported} (a restored backup?)`,
    `running processes apply only what the table disables, until you run: hoist sync --env ${environment} --new-epoch`,
  ];
}

function instancesText({ seen, atRevision, pollOnly }: Status["instances"], revision: number): string {
  if (seen === 0) return "no instances";
  const polling = pollOnly === 0 ? "" : `, ${pollOnly === seen ? "" : `${pollOnly} `}without push`;
  if (atRevision < seen) return `${counted(seen, "instance")}, ${seen - atRevision} behind${polling}`;
  return `${counted(seen, "instance")}, ${seen === 1 ? "" : "all "}at revision ${revision}${polling}`;
}
