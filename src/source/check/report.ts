import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, isList, type JsonValue } from "../../core/json.ts";
import { type ParsedFile, problemAtKey, problemAtValue } from "../load/parsed-file.ts";
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
