import type { ChangeReport } from "./report.ts";
import { type ReportOptions, reportBetween } from "./report-between.ts";
import { type Base, baseOf } from "./changes-since.ts";
import type { Files } from "../source/read/desired.ts";

export type SinceOptions = Omit<ReportOptions, "from" | "to">;

/**
 * What a branch does to the people, since it left its base: see {@link reportBetween}.
 *
 * @param base   a commit, branch or tag; one that has no flags yet is as good as any
 * @param files  valid, their tests run
 * @throws FlagError as readFiles does, about the base
 */
export async function reportSince(
  folder: string,
  base: string,
  files: Files,
  options: SinceOptions,
): Promise<ChangeReport> {
  return reportOn(await baseOf(folder, base, files), base, files, options);
}

/** As {@link reportSince}, where the base has been read; `ref` is what it was asked for by. */
export function reportOn(base: Base, ref: string, files: Files, options: SinceOptions): ChangeReport {
  const commits = { from: { ref, commit: base.commit }, to: { commit: files.commit } };
  return reportBetween(base.loaded, files.loaded, { ...options, ...commits });
}
