import type { FlagKey, FlagType } from "../../core/flag/flag.ts";
import type { Io } from "../terminal/io.ts";
import { fittedTable } from "../terminal/table.ts";
import { sentencesText } from "./describe-text.ts";
import type { SharedDescription } from "./descriptions.ts";

/** One flag of `hoist list`, as its JSON has it. */
export interface ListedFlag {
  readonly key: FlagKey;
  readonly path: string;
  readonly name: string;
  readonly type: FlagType;
  readonly kind: string;
  readonly owner: string;
  /** `YYYY-MM-DD`. */
  readonly expires: string | null;
  readonly tags: readonly string[];
  /** What each environment serves in a few words, in order of promotion. */
  readonly environments: Readonly<Record<string, string>>;
  /** With `--sentences` only. */
  readonly descriptions?: readonly SharedDescription[];
}

/** Formats flags as a table, or as paragraphs where they have descriptions. */
export function listText(flags: readonly ListedFlag[], { style, width, columns }: Io): string {
  const [first] = flags;
  if (first === undefined) return "no flags match";
  if (first.descriptions !== undefined) {
    const described = flags.map(({ key, descriptions = [] }) => ({ key, descriptions }));
    return sentencesText(described, { width, style });
  }
  const titles = ["flag", "kind", "owner", "expires", ...Object.keys(first.environments)];
  const rows = flags.map(({ key, kind, owner, expires, environments }) => {
    return [key, kind, owner, expires ?? "–", ...Object.values(environments)];
  });
  return fittedTable(
    titles.map((title) => style("dim", title)),
    rows,
    columns,
  );
}
