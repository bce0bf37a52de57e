import type { JsonObject } from "../../core/json.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { CONFIG_PATH } from "../check/check-tree.ts";
import type { FileKind, ParsedFile } from "./parsed-file.ts";
import { parseFile } from "./yaml-profile.ts";

/**
 * A file whose content was read before, without a fault in YAML or shape. It is parsed only if somebody asks where something
 * stands in it, as for a problem of another kind.
 *
 * @param json  the document that this content was read as
 */
export function soundFile(file: SourceFile, kind: FileKind, json: JsonObject): ParsedFile {
  let parsed: ParsedFile | undefined;
  const read = () => (parsed ??= parseFile(file));
  return {
    path: file.path,
    get text() {
      return read().text;
    },
    get tree() {
      return read().tree;
    },
    problems: [],
    spans: [],
    sound: { kind, json },
  };
}

/** What the file at a place is read as. */
export function kindOfPath(path: string): FileKind {
  if (path === CONFIG_PATH) return "config";
  return path.startsWith("flags/_segments/") ? "segment" : "flag";
}
