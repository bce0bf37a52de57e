import { isJsonObject, type JsonObject, type JsonValue } from "../../../src/core/json.ts";

/** What a generated file is written with. */
export interface Layout {
  readonly random: () => number;
  /** Spaces by which one level is indented. */
  readonly step: number;
  readonly newline: "\n" | "\r\n";
  readonly endsWithNewline: boolean;
  readonly unindentedLists: boolean;
  /** How often a collection is written in brackets, a comment or an empty line is thrown in, a text is quoted. */
  readonly flow: number;
  readonly noise: number;
  readonly quotes: number;
}

export function oddLayout(random: () => number): Layout {
  return {
    random,
    step: 2 + Math.floor(random() * 3),
    newline: random() < 0.3 ? "\r\n" : "\n",
    endsWithNewline: random() < 0.8,
    unindentedLists: random() < 0.2,
    flow: random(),
    noise: random() * 0.4,
    quotes: random() * 0.6,
  };
}

/** A flag's file that says `json`, laid out as nobody would. */
export function oddText(json: JsonObject, layout: Layout): string {
  const { random, newline, endsWithNewline } = layout;
  const start = random() < 0.15 ? ["---"] : [];
  const whole = random() < 0.08 ? [flow(json, layout)] : block(json, 0, layout, 0);
  const end = random() < 0.1 ? ["# the end"] : [];
  const text = [...start, ...whole, ...end].join(newline);
  return endsWithNewline ? text + newline : text;
}

function chance(layout: Layout, share: number): boolean {
  return layout.random() < share;
}

function noise(indent: string, layout: Layout): readonly string[] {
  const lines: string[] = [];
  if (chance(layout, layout.noise / 2)) lines.push("");
  if (chance(layout, layout.noise)) lines.push(`${indent}# a note: with { brackets } and "quotes"`);
  if (chance(layout, layout.noise / 6)) lines.push("# a note at the left");
  return lines;
}

function trailing(layout: Layout): string {
  return chance(layout, layout.noise / 2) ? "  # why, [indeed]" : "";
}

function block(json: JsonObject, column: number, layout: Layout, depth: number): readonly string[] {
  const indent = " ".repeat(column);
  return Object.entries(json).flatMap(([key, value], index) => {
    const before = index === 0 && depth > 0 ? [] : noise(indent, layout);
    const name = chance(layout, layout.quotes / 8) ? JSON.stringify(key) : key;
    const isSplit = key === "split";
    return [...before, ...entry(`${indent}${name}:`, value, column, layout, depth, isSplit)];
  });
}

function entry(
  head: string,
  value: JsonValue,
  column: number,
  layout: Layout,
  depth: number,
  isFlow: boolean,
): readonly string[] {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  const isBlock =
    typeof value === "object" && value !== null && !isEmpty && !isFlow && !chance(layout, layout.flow * 0.8);
  if (isBlock && Array.isArray(value)) {
    const inner = layout.unindentedLists ? column : column + layout.step;
    return [head + trailing(layout), ...value.flatMap((item: JsonValue) => listItem(item, inner, layout, depth + 1))];
  }
  if (isBlock && isJsonObject(value)) {
    return [head + trailing(layout), ...block(value, column + layout.step, layout, depth + 1)];
  }
  if (typeof value === "string" && depth === 0 && value.includes(" ") && chance(layout, 0.3)) {
    const inner = " ".repeat(column + layout.step);
    const sign = chance(layout, 0.5) ? "|-" : ">-";
    return [`${head} ${sign}`, `${inner}${value}`];
  }
  const written = typeof value === "object" && value !== null ? flow(value, layout) : scalar(value, false, layout);
  return [`${head} ${written}${trailing(layout)}`];
}

function listItem(item: JsonValue, column: number, layout: Layout, depth: number): readonly string[] {
  const indent = " ".repeat(column);
  const before = noise(indent, layout);
  if (!isJsonObject(item) || Object.keys(item).length === 0 || chance(layout, layout.flow * 0.5)) {
    const written = typeof item === "object" && item !== null ? flow(item, layout) : scalar(item, false, layout);
    return [...before, `${indent}- ${written}${trailing(layout)}`];
  }
  const lines = block(item, column + 2, layout, depth);
  return [...before, ...lines.map((line, index) => (index === 0 ? `${indent}- ${line.trimStart()}` : line))];
}

function flow(value: JsonValue, layout: Layout): string {
  const pad = chance(layout, 0.5) ? " " : "";
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => flow(item, layout)).join(", ")}]`;
  if (!isJsonObject(value)) return scalar(value, true, layout);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner, layout)}`);
  const comma = entries.length > 0 && chance(layout, 0.1) ? "," : "";
  return entries.length === 0 ? "{}" : `{${pad}${entries.join(", ")}${comma}${pad}}`;
}

function scalar(value: JsonValue, inFlow: boolean, layout: Layout): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const isSafe =
    /^[A-Za-z][A-Za-z0-9 _%-]*$|^[0-9.]+%$|^\d{4}-\d{2}-\d{2}$/.test(value) && !(inFlow && value.includes(" "));
  if (isSafe && !chance(layout, layout.quotes)) return value;
  return chance(layout, 0.5) ? JSON.stringify(value) : `'${value.replaceAll("'", "''")}'`;
}
