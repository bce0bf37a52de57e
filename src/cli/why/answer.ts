import { FlagError } from "../../core/errors.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { differingGroups } from "../../core/row/field-groups.ts";
import { unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { flagOfRow, type ReadRow } from "../../core/row/row-codec.ts";
import { trace } from "../../core/evaluate/trace.ts";
import { databaseUrl } from "../../store/address.ts";
import { openStore } from "../../store/open.ts";
import type { AuditEntry, FlagStore } from "../../store/store.ts";
import { desiredOf, readFiles } from "../../source/read/desired.ts";
import { typedContext } from "./context.ts";
import type { Io } from "../terminal/io.ts";
import { parsedOverrides } from "../override/overrides.ts";
import { agoText } from "../terminal/age.ts";
import { shortCommit } from "../plan/plan-text.ts";
import type { WhyView } from "./why-text.ts";
import { environmentName, flagsFolder } from "../workspace.ts";

interface Where {
  readonly env?: string | undefined;
  readonly workTree?: boolean | undefined;
  readonly database?: string | undefined;
  readonly cwd?: string | undefined;
}

/** The flags that an answer comes from, and what is known of where they come from. */
interface Source {
  readonly flags: ReadonlyMap<FlagKey, Flag>;
  readonly archived: readonly FlagKey[];
  readonly revision?: number;
  readonly text: string;
  readonly provenance: string;
}

/** One answer and its trace, with the overrides of this shell. @throws FlagError USAGE for a flag that is not there */
export async function answerFrom(
  io: Io,
  key: FlagKey,
  attributes: Readonly<Record<string, string>>,
  where: Where,
): Promise<WhyView> {
  const context = await typedContext(flagsFolder(io, where.cwd), attributes);
  const source = where.workTree === true ? await fromFiles(io, key, where) : await fromTable(io, key, where);
  const overrides = parsedOverrides(io);
  const { flags, archived, revision } = source;
  const traced = trace(flags, key, context, { overrides, archived, ...(revision === undefined ? {} : { revision }) });
  if (traced.evaluation.errorCode === "FLAG_NOT_FOUND" && !archived.includes(key)) {
    const { message, hint } = unknownFlag(key, flags.keys(), source.text);
    throw new FlagError("USAGE", message, { hint });
  }
  return { trace: traced, source: source.text, provenance: source.provenance };
}

async function fromTable(io: Io, key: FlagKey, where: Where): Promise<Source> {
  const folder = flagsFolder(io, where.cwd);
  const environment = environmentName(io, where.env);
  const url = databaseUrl({ folder, environment, env: io.env, option: where.database });
  const store = await openStore(url, { readOnly: true });
  try {
    const { head, rows } = await store.read();
    if (head.environment !== environment) {
      throw new FlagError("WRONG_DATABASE", `${store.label} serves ${head.environment}, not ${environment}`, {
        hint: `hoist why ${key} --env ${head.environment}, or name another database`,
      });
    }
    const reads = rows.map((row) => flagOfRow(row));
    const own = reads.find((read) => read.ok && read.flag.key === key);
    return {
      flags: new Map(reads.flatMap((read) => (isLive(read) ? [[read.flag.key, read.flag]] : []))),
      archived: reads.flatMap((read) => (read.ok && read.row.archived_at !== null ? [read.flag.key] : [])),
      revision: head.revision,
      text: `${environment} revision ${head.revision}`,
      provenance: own === undefined ? "" : provenanceOf(own, await lastEntry(store, key), io),
    };
  } finally {
    await store.close();
  }
}

function isLive(read: ReadRow): read is ReadRow & { ok: true } {
  return read.ok && read.row.archived_at === null;
}

/** Nothing for a role that may not read the audit. */
async function lastEntry(store: FlagStore, key: FlagKey): Promise<AuditEntry | undefined> {
  try {
    return (await store.audit({ key, limit: 1 }))[0];
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return undefined;
    throw error;
  }
}

function provenanceOf(read: ReadRow, entry: AuditEntry | undefined, io: Io): string {
  if (!read.ok) return "";
  const { path, commit_sha, last_modified_by, updated_at, synced } = read.row;
  const by = entry === undefined ? last_modified_by : entry.changedBy;
  const hand = entry?.bySync === false ? "by hand " : "";
  // The row keeps the commit of the last sync that changed it: not the one to name for what came by hand after it.
  const commit = hand !== "" || commit_sha === null ? "" : ` in ${shortCommit(commit_sha)}`;
  const note = entry?.notes ? ` (${entry.notes})` : "";
  const last = `${path ?? "no file"}, last changed ${hand}by ${by}${commit}${note}, ${agoText(updated_at, io.now())}`;
  const isHeld = hand === "" && synced !== null && differingGroups(read.row, synced).length > 0;
  return isHeld ? `${last}; something in it is held by hand: hoist status` : last;
}

async function fromFiles(io: Io, key: FlagKey, where: Where): Promise<Source> {
  const quiet = () => {};
  const environment = environmentName(io, where.env);
  const files = await readFiles({ folder: flagsFolder(io, where.cwd), ref: null }, quiet);
  const broken = files.loaded.diagnostics.find(({ severity }) => severity === "error");
  if (broken !== undefined) {
    const { file, line, column, message } = broken;
    throw new FlagError("INVALID_FLAGS", `${file}:${line}:${column}  ${message}`, {
      hint: "hoist validate shows all errors",
    });
  }
  const environments = files.loaded.config?.environments.map(({ name }) => name) ?? [];
  if (!environments.includes(environment)) desiredOf(files, environment, quiet);
  return {
    flags: files.loaded.flagsFor(environment),
    archived: [],
    text: `the files for ${environment}`,
    provenance: files.loaded.flags.find((flag) => flag.key === key)?.path ?? "",
  };
}
