import type { Diagnostic } from "../../src/core/diagnostic/diagnostic.ts";
import type { SourceFile } from "../../src/core/flag/source-file.ts";
import { runInlineTests } from "../../src/source/check/inline-tests.ts";
import { loadFlags } from "../../src/source/load/load.ts";

/** All that is said about a tree: what loading finds, and what the inline tests of the sound flags find. */
export function checkAll(files: readonly SourceFile[], today?: string): readonly Diagnostic[] {
  const loaded = loadFlags(files, today === undefined ? {} : { today });
  return [...loaded.diagnostics, ...runInlineTests(loaded).failures];
}

/** A file from its text. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, kind: "file", bytes: new TextEncoder().encode(text) };
}
