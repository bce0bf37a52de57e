import type { FlagKey } from "../../core/flag/flag.ts";
import type { SharedDescription } from "./descriptions.ts";
import type { Style } from "../terminal/io.ts";
import { padded, wrapped } from "../terminal/layout.ts";
import { printable } from "../../core/printable.ts";

/** A flag and what it serves, in words. */
export interface DescribedFlag {
  readonly key: FlagKey;
  readonly descriptions: readonly SharedDescription[];
}

interface Page {
  /** The width of the text, in columns. */
  readonly width: number;
  readonly style: Style;
}

/** Formats one flag: its name, a paragraph for each group of environments, and the meaning of its segments. */
export function describeText(
  flag: DescribedFlag & { readonly name: string; readonly path: string },
  page: Page,
): string {
  const { key, name, path, descriptions } = flag;
  const { width, style } = page;
  const title = `${style("bold", key)}   ${printable(name)}   ${style("dim", printable(path))}`;
  const sentences = descriptions.map(({ environments, text }) => [environments.join(", "), text] as const);
  const segments = descriptions.flatMap((each) => each.segments.map(({ name, text }) => [name, text] as const));
  const column = widest([...sentences, ...segments]);
  const meaning = unique(segments);
  const blocks = [title, entries(sentences, column, width)];
  if (meaning.length > 0) blocks.push(`where\n${entries(meaning, column, width)}`);
  return blocks.join("\n\n");
}

/** Formats several flags, each with its key as the heading. */
export function sentencesText(flags: readonly DescribedFlag[], { width, style }: Page): string {
  const rows = flags.map(({ descriptions }) =>
    descriptions.map(({ environments, text }) => [environments.join(", "), text] as const),
  );
  const column = widest(rows.flat());
  return flags
    .map(({ key }, index) => `${style("bold", key)}\n${entries(rows[index] ?? [], column, width)}`)
    .join("\n\n");
}

type Entry = readonly [label: string, text: string];

/** A longer label gets a line of its own, so that one long list of environments does not push all texts to the right. */
const MAX_LABEL = 32;

function widest(all: readonly Entry[]): number {
  return Math.max(0, ...all.map(([label]) => label.length).filter((length) => length <= MAX_LABEL));
}

function entries(all: readonly Entry[], column: number, width: number): string {
  const indent = " ".repeat(column + 4);
  const room = Math.max(40, width - indent.length);
  return all
    .map(([label, text]) => {
      const lines = wrapped(text, room).join(`\n${indent}`);
      return label.length > column ? `  ${label}\n${indent}${lines}` : `  ${padded(label, column)}  ${lines}`;
    })
    .join("\n");
}

/** Lists a segment once where it means the same in several environments. */
function unique(all: readonly Entry[]): readonly Entry[] {
  return [...new Map(all.map((entry) => [entry.join("\n"), entry])).values()];
}
