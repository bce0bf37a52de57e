import { FlagError } from "../../core/errors.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { unknownFlagError } from "../../core/diagnostic/unknown-name.ts";
import { flagOfRow, type ReadRow } from "../../core/row/row-codec.ts";
import { isKilledInArchive } from "../../core/plan/kill.ts";
import { trace } from "../../core/evaluate/trace.ts";
import type { AuditEntry, FlagStore } from "../../store/store.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import { desiredOf } from "../../source/read/desired.ts";
import { readFiles } from "../../source/read/read-files.ts";
import { manualChangesOf } from "../../sync/manual-changes.ts";
import type { Io } from "../terminal/io.ts";
import { liveFlags, targetOf, withLiveTable, type TargetOptions } from "../live-table.ts";
import { parsedOverrides } from "../override/overrides.ts";
import { agoText } from "../terminal/age.ts";
import { byWhom, shortCommit } from "../plan/plan-text.ts";
import type { ExplainedAnswer } from "./why-text.ts";
import { environmentName, flagsFolder, invalidFlags, readConfig } from "../workspace.ts";

interface SourceOptions extends TargetOptions {
  readonly workTree?: boolean | undefined;
}

/** The flags that an answer is computed from, and where they come from. */
interface Source {
  readonly flags: ReadonlyMap<FlagKey, Flag>;
  readonly archived: readonly FlagKey[];
  /** The archived flags that were disabled manually. */
  readonly archivedKills: ReadonlyMap<FlagKey, Flag>;
  readonly revision?: number;
  /** Where the flags were read, e.g. `production revision 7`. */
  readonly text: string;
  /** The file of the flag and its last change; "" when unknown. */
  readonly provenance: string;
}

/** Evaluates a flag with the overrides of this shell, and traces every step. @throws FlagError USAGE for an unknown flag */
export async function explainAnswer(
  io: Io,
  key: FlagKey,
  attributes: Readonly<Record<string, string>>,
  where: SourceOptions,
): Promise<ExplainedAnswer> {
  const context = await typedContext(flagsFolder(io, where.cwd), attributes);
  const source = where.workTree === true ? await fromFiles(io, key, where) : await fromTable(io, key, where);
  const overrides = await parsedOverrides(io);
  const { flags, archived, archivedKills, revision } = source;
  const traced = trace(flags, key, context, {
    overrides,
    archived,
    archivedKills,
    ...(revision === undefined ? {} : { revision }),
  });
  if (traced.evaluation.errorCode === "FLAG_NOT_FOUND" && !archived.includes(key)) {
    throw unknownFlagError(key, flags.keys(), source.text);
  }
  return { trace: traced, source: source.text, provenance: source.provenance };
}

async function fromTable(io: Io, key: FlagKey, where: SourceOptions): Promise<Source> {
  return withLiveTable(targetOf(io, where), `hoist why ${key}`, async (store, { head, rows }) => {
    const reads = rows.map((row) => flagOfRow(row));
    const own = reads.find((read) => (read.ok ? read.flag.key : read.key) === key);
    if (own?.ok === false) {
      throw new FlagError("INVALID_FLAGS", `the row of ${key} cannot be read: ${own.problem}`, {
        hint: "running programs serve its last version that could be read; hoist status names every such row",
      });
    }
    return {
      flags: liveFlags(reads),
      archived: reads.flatMap((read) => (read.ok && read.row.archived_at !== null ? [read.flag.key] : [])),
      archivedKills: new Map(
        reads.flatMap((read) => (read.ok && isKilledInArchive(read.row) ? [[read.flag.key, read.flag] as const] : [])),
      ),
      revision: head.revision,
      text: `${head.environment} revision ${head.revision}`,
      provenance: own?.ok === true ? await provenanceOf(store, own, io) : "",
    };
  });
}

/** Returns the newest audit entry of a flag; undefined when the role may not read the audit. */
async function lastEntry(store: FlagStore, key: FlagKey): Promise<AuditEntry | undefined> {
  try {
    return (await store.audit({ key, limit: 1 }))[0];
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return undefined;
    throw error;
  }
}

/** Names the last change to a row, and each earlier manual change that is still in effect. */
async function provenanceOf(store: FlagStore, { row, flag }: ReadRow & { ok: true }, io: Io): Promise<string> {
  const entry = await lastEntry(store, flag.key);
  const { path, commit_sha, last_modified_by, updated_at } = row;
  const by = entry === undefined ? last_modified_by : entry.changedBy;
  const manually = entry?.bySync === false ? "manually " : "";
  // The row keeps the commit of the last sync that changed it, which does not describe a later manual change.
  const commit = manually !== "" || commit_sha === null ? "" : ` in ${shortCommit(commit_sha)}`;
  const note = entry?.notes ? ` (${entry.notes})` : "";
  const last = `${path ?? "no file"}, last changed ${manually}by ${by}${commit}${note}, ${agoText(updated_at, io.now())}`;
  const edits = (await manualChangesOf(store, row, flag)).filter((edit) => edit.by?.revision !== entry?.revision);
  return [last, ...edits.map((edit) => `${manualChangeText(edit)}${byWhom(edit.by, io.now())}`)].join("; ");
}

async function fromFiles(io: Io, key: FlagKey, where: SourceOptions): Promise<Source> {
  const quiet = () => {};
  const environment = environmentName(io, where.env);
  const files = await readFiles({ folder: flagsFolder(io, where.cwd), ref: null }, quiet);
  const broken = files.loaded.diagnostics.find(({ severity }) => severity === "error");
  if (broken !== undefined) throw invalidFlags(broken);
  const environments = files.loaded.config?.environments.map(({ name }) => name) ?? [];
  if (!environments.includes(environment)) desiredOf(files, environment, quiet);
  return {
    flags: files.loaded.flagsFor(environment),
    archived: [],
    archivedKills: new Map(),
    text: `the files for ${environment}`,
    provenance: files.loaded.flags.find((flag) => flag.key === key)?.path ?? "",
  };
}

/**
 * Converts attributes from the command line to the types that `flags/_config.yaml` declares: `appVersion=5.6` is a version, not
 * a number. Values of undeclared attributes are parsed as JSON where they are numbers, booleans or lists.
 */
async function typedContext(folder: string, attributes: Readonly<Record<string, string>>): Promise<EvaluationContext> {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return {};
  const { config } = await readConfig(folder);
  return Object.fromEntries(entries.map(([name, text]) => [name, typed(text, config?.attributes.get(name)?.type)]));
}

function typed(text: string, type: string | undefined): unknown {
  const isText = type === "string" || type === "version" || type === "date";
  if (isText && !text.startsWith("[")) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? text : value;
  } catch {
    return text;
  }
}
