import { parseCondition } from "../../core/row/condition-json.ts";
import type { Condition } from "../../core/flag/condition.ts";
import { flawOf } from "../../core/flag/flaw.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { FormatProblem } from "../../core/row/format-problem.ts";
import type { JsonObject } from "../../core/json.ts";
import { draftOf } from "./draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import type { ConfigFile } from "../shape/config-file.ts";
import { keyOfPath } from "../shape/key.ts";
import type { FileKind } from "./parsed-file.ts";
import { resolveFlag } from "./resolve.ts";
import type { SegmentFile } from "../shape/segment-file.ts";
import { segmentNames } from "./segments.ts";
import { type Extent, extentOf, extentProblem } from "./written-out.ts";
import { parseFile } from "./yaml-profile.ts";

/** One file of some commit: read, or why it cannot be. An old version may be of a format that nobody reads any more. */
export type FileVersion<File> =
  | { readonly ok: true; readonly file: File }
  | { readonly ok: false; readonly problem: string };

/** One flag of one environment at some commit, or why it cannot be told. */
export type FlagVersion = { readonly ok: true; readonly flag: Flag } | { readonly ok: false; readonly problem: string };

export function readFlagVersion(path: string, bytes: Uint8Array): FileVersion<FlagFile> {
  return versionOf("flag", path, bytes);
}

export function readSegmentVersion(path: string, bytes: Uint8Array): FileVersion<SegmentFile> {
  return versionOf("segment", path, bytes);
}

export function readConfigVersion(path: string, bytes: Uint8Array): FileVersion<ConfigFile> {
  return versionOf("config", path, bytes);
}

/** Only YAML and shape are asked for: what a file may refer to is the business of its own time. */
function versionOf<File>(kind: FileKind, path: string, bytes: Uint8Array): FileVersion<File> {
  const { whole, problems } = draftOf<File>(kind, parseFile({ path, kind: "file", bytes }), keyOfPath(path));
  if (whole !== undefined) return { ok: true, file: whole };
  const [problem] = problems;
  return { ok: false, problem: problem === undefined ? "not understood" : `line ${problem.line}: ${problem.message}` };
}

/** The segments of one commit, by name; undefined where there is none, or none that can be read. */
export type SegmentsNamed = (name: string) => SegmentFile | undefined;

/** Names a segment that the flag needs, or why what its rules mean is too much to be written out. */
function obstacleTo(file: FlagFile, segmentNamed: SegmentsNamed): string | undefined {
  const extents = new Map<string, Extent | null>();
  let missing: string | undefined;
  const extent = (name: string): Extent => {
    const known = extents.get(name);
    const segment = known === undefined ? segmentNamed(name) : undefined;
    // Null while it is being measured: a segment that reaches itself is met again.
    if (known !== undefined && known !== null) return known;
    if (segment === undefined) {
      missing ??= name;
      return { parts: 0, depth: 0 };
    }
    extents.set(name, null);
    const measured = extentOf(segment.if, extent);
    extents.set(name, measured);
    return measured;
  };
  for (const rule of rulesOf(file)) {
    const tooMuch = extentProblem(`rule "${rule.name}"`, extentOf(rule.if, extent));
    if (missing !== undefined) return `segment "${missing}" does not exist, or cannot be read`;
    if (tooMuch !== undefined) return tooMuch.message;
  }
  return undefined;
}

/** What an environment was to be served. Never throws. */
export function resolveVersion(
  key: FlagKey,
  file: FlagFile,
  environment: string | undefined,
  segmentNamed: SegmentsNamed,
): FlagVersion {
  const obstacle = obstacleTo(file, segmentNamed);
  if (obstacle !== undefined) return { ok: false, problem: obstacle };
  const known = new Map<string, Condition>();
  const segment = (name: string): Condition | undefined => {
    const written = known.has(name) ? undefined : segmentNamed(name);
    if (written !== undefined) known.set(name, parseCondition(written.if, segment));
    return known.get(name);
  };
  const read = (json: JsonObject): Condition => parseCondition(json, segment);
  try {
    const flag = resolveFlag(key, file, environment, read);
    const flaw = flawOf(flag);
    return flaw === undefined ? { ok: true, flag } : { ok: false, problem: flaw };
  } catch (error) {
    if (error instanceof FormatProblem || error instanceof RangeError) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Every segment that the rules name, those of overlays included; not those that only other segments name. */
export function segmentsNamedBy(file: FlagFile): readonly string[] {
  return [...new Set(rulesOf(file).flatMap((rule) => segmentNames(rule.if)))];
}

function rulesOf(file: FlagFile) {
  return [...(file.rules ?? []), ...Object.values(file.environments ?? {}).flatMap(({ rules = [] }) => rules)];
}
