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
    files: parts.map(fileOf),
    expected: text.slice(at).split("\n").slice(1, -1),
    causes: Number(/^# causes: (\d+)$/m.exec(about)?.[1] ?? 1),
    today: /^# today: (.*)$/m.exec(about)?.[1],
    head,
  };
}

function fileOf(part: string): SourceFile {
  const newline = part.indexOf("\n");
  const [, path = "", kind] = /^(\S+)(?: \((\w+)\))?$/.exec(part.slice(0, newline)) ?? [];
  const body = part.slice(newline + 1);
  if (kind === "symlink" || kind === "submodule") return { path, kind, bytes: new Uint8Array() };
  if (kind === "base64") return { path, kind: "file", bytes: new Uint8Array(Buffer.from(body, "base64")) };
  return sourceFile(path, body);
}
