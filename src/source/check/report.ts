import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, isList, type JsonValue } from "../../core/json.ts";
import { counted } from "../../core/text.ts";
import { MAX_PROBLEMS, type ParsedFile, problemAt, problemAtKey, problemAtValue, START } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";
import type { DiagnosticCode } from "./codes.ts";

/** A place in a file, and the start of messages about it: `rule "staff try it first"`, `the default rollout`, `test 1`. */
export interface Site {
  readonly file: ParsedFile;
  readonly path: Path;
  readonly who: string;
}

type Place = Pick<Site, "file" | "path">;

/** Returns an error at the key that leads to a path. */
export function errorAtKey({ file, path }: Place, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return problemAtKey(file, path, { code, message, hint });
}

/** Returns an error at the value of a path. */
export function errorAtValue({ file, path }: Place, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return problemAtValue(file, path, { code, message, hint });
}

/** Returns a warning at the key that leads to a path. */
export function warningAtKey({ file, path }: Place, code: DiagnosticCode, message: string, hint: string): Diagnostic {
  return problemAtKey(file, path, { code, severity: "warning", message, hint });
}

/** Returns a warning at the value of a path. */
export function warningAtValue({ file, path }: Place, code: DiagnosticCode, message: string, hint: string): Diagnostic {
  return problemAtValue(file, path, { code, severity: "warning", message, hint });
}

/** Returns the first errors and the first warnings about a file, and one that counts the others. */
export function firstOf(problems: Iterable<Diagnostic>, file: ParsedFile): readonly Diagnostic[] {
  const first: Diagnostic[] = [];
  const found = { error: 0, warning: 0 };
  for (const problem of problems) {
    found[problem.severity] += 1;
    if (found[problem.severity] <= MAX_PROBLEMS) first.push(problem);
  }
  const others = found.error + found.warning - first.length;
  if (others === 0) return first;
  const severity = found.error > MAX_PROBLEMS ? "error" : "warning";
  const message = `the file has ${counted(others, "more problem")}`;
  const hint = "correct those that are listed first";
  return [...first, problemAt(file, START, { code: "more-problems", severity, message, hint })];
}

/** Warns about each item that a list repeats. */
export function* checkRepeats({ file, path, who }: Site, list: JsonValue | undefined): Generator<Diagnostic> {
  if (!isList(list)) return;
  const seen = new Set<JsonValue>();
  for (const [index, item] of list.entries()) {
    if (seen.has(item)) {
      const message = `${who} lists ${foundText(item)} twice`;
      yield warningAtValue({ file, path: [...path, index] }, "duplicate-value", message, "remove one of them");
    }
    seen.add(item);
  }
}

/** Returns a value as messages show it, e.g. `"beta"`, `a list` or `an empty mapping`. Long text is shortened. */
export function foundText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "empty";
  if (isList(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}
