import type { SourceFile } from "../../src/core/flag/source-file.ts";
import { sourceFile } from "./check-all.ts";

/** A tree of files in one text: `=== path` begins a file, `=== expected` what is said about them. */
export interface BadFixture {
  readonly files: readonly SourceFile[];
  readonly expected: readonly string[];
  /** How many faults its author put in. */
  readonly causes: number;
  readonly today: string | undefined;
  /** Everything before `=== expected`. */
  readonly head: string;
}

export function parseFixture(text: string): BadFixture {
  const at = text.lastIndexOf("=== expected\n");
  const head = text.slice(0, at);
  const [about = "", ...parts] = head.split(/^=== /m);
  return {
    files: parts.flatMap(filesOf),
    expected: text.slice(at).split("\n").slice(1, -1),
    causes: Number(/^# causes: (\d+)$/m.exec(about)?.[1] ?? 1),
    today: /^# today: (.*)$/m.exec(about)?.[1],
    head,
  };
}

/** `=== flags/f#.yaml (3 copies)` begins the text of f1, f2 and f3. */
function filesOf(part: string): readonly SourceFile[] {
  const [, before = "", after = "", copies] = /^(\S*)#(\S*) \((\d+) copies\)$/m.exec(part) ?? [];
  if (copies === undefined) return [fileOf(part)];
  const { bytes, kind } = fileOf(part);
  return Array.from({ length: Number(copies) }, (_, n) => ({ path: `${before}${n + 1}${after}`, kind, bytes }));
}

function fileOf(part: string): SourceFile {
  const newline = part.indexOf("\n");
  const [, path = "", kind] = /^(\S+)(?: \((\w+)\))?$/.exec(part.slice(0, newline)) ?? [];
  const body = part.slice(newline + 1);
  if (kind === "symlink" || kind === "submodule") return { path, kind, bytes: new Uint8Array() };
  if (kind === "base64") return { path, kind: "file", bytes: new Uint8Array(Buffer.from(body, "base64")) };
  return sourceFile(path, body.replaceAll(/^( *)(\d+) times: (.*)$/gm, repeated));
}

/** `200 times: - a#` is 200 lines, with their numbers instead of `#`. */
function repeated(_: string, indent: string, times: string, line: string): string {
  return Array.from({ length: Number(times) }, (__, n) => `${indent}${line.replaceAll("#", String(n + 1))}`).join("\n");
}
