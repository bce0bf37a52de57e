import type { SharedDescription } from "./descriptions.ts";
import type { Style } from "../terminal/io.ts";
import { padded } from "../terminal/table.ts";
import { wrapped } from "../terminal/wrapped.ts";

export interface DescribeView {
  readonly key: string;
  readonly name: string;
  readonly path: string;
  readonly descriptions: readonly SharedDescription[];
}

interface Paper {
  readonly width: number;
  readonly style: Style;
}

/** One flag: its name, a paragraph for each group of environments, and what its segments stand for. */
export function describeText({ key, name, path, descriptions }: DescribeView, { width, style }: Paper): string {
  const title = `${style("bold", key)}   ${name}   ${style("dim", path)}`;
  const sentences = descriptions.map(({ environments, text }) => [environments.join(", "), text] as const);
  const segments = descriptions.flatMap((each) => each.segments.map(({ name, text }) => [name, text] as const));
  const column = widest([...sentences, ...segments]);
  const meaning = unique(segments);
  const blocks = [title, entries(sentences, column, width)];
  if (meaning.length > 0) blocks.push(`where\n${entries(meaning, column, width)}`);
  return blocks.join("\n\n");
}

/** Many flags, each under its key. */
export function sentencesText(views: readonly DescribeView[], { width, style }: Paper): string {
  const rows = views.map(({ descriptions }) =>
    descriptions.map(({ environments, text }) => [environments.join(", "), text] as const),
  );
  const column = widest(rows.flat());
  return views
    .map(({ key }, index) => `${style("bold", key)}\n${entries(rows[index] ?? [], column, width)}`)
    .join("\n\n");
}

type Entry = readonly [label: string, text: string];

/** A label longer than this gets a line of its own, so that one long list of environments does not push all texts right. */
const WIDEST_LABEL = 32;

function widest(all: readonly Entry[]): number {
  return Math.max(0, ...all.map(([label]) => label.length).filter((length) => length <= WIDEST_LABEL));
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

/** A segment that means the same everywhere is told once. */
function unique(all: readonly Entry[]): readonly Entry[] {
  return [...new Map(all.map((entry) => [entry.join("\n"), entry])).values()];
}
