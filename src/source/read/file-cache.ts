import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import packageFile from "../../../package.json" with { type: "json" };
import configSchema from "../../../schema/config.schema.json" with { type: "json" };
import flagSchema from "../../../schema/flag.schema.json" with { type: "json" };
import segmentSchema from "../../../schema/segment.schema.json" with { type: "json" };
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { kindOfPath } from "../load/sound-file.ts";

/** A file in which nothing was wrong, its tests included. */
export interface ReadBefore {
  readonly json: JsonObject;
  /** The fingerprint of the configuration and the segments beside which it was checked. */
  readonly within: string;
}

/** Files that were read before, by their kind and git's id of their content, e.g. `flag:8c1f…`. */
export interface FileCache {
  /** Whether there is something under this id, which may turn out to be damaged. */
  has(id: string): boolean;
  get(id: string): ReadBefore | undefined;
  /**
   * Keeps what was read now. Whatever goes wrong costs time at the next run, and nothing else.
   *
   * @param inUse  the ids of all files of this run: others may be forgotten
   */
  keep(
    read: readonly { readonly id: string; readonly within: string; readonly file: object }[],
    inUse: ReadonlySet<string>,
  ): void;
}

/** One content may lie at places where it is read in other ways. */
export function cacheId(path: string, contentId: string): string {
  return `${kindOfPath(path)}:${contentId}`;
}

/** Raise it whenever files are read or checked in another way within one version of the program. */
const FORMAT = 2;

/** Another program, another schema or another format reads another file. */
function fileName(): string {
  return `flag-files-${fingerprint(JSON.stringify([FORMAT, packageFile.version, flagSchema, segmentSchema, configSchema]))}.txt`;
}

/** Sixteen hexadecimal digits that stand for a text. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A larger file is not read; the next run begins a new one. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * One line a file: checksum, id, surroundings, document. New lines are appended; a line that was cut off or damaged does not
 * fit its checksum and is passed over. It lies in git's own folder, where no pull request can put anything: who can write
 * there can rewrite the repository too.
 */
export function openFileCache(gitFolder: string): FileCache {
  const folder = join(gitFolder, "flaghoist");
  const path = join(folder, fileName());
  const { lines, count } = linesOf(path);
  return {
    has: (id) => lines.has(id),
    get: (id) => readBefore(lines.get(id)),
    keep: (read, inUse) => {
      if (read.length === 0) return;
      const added = read.map(lineOf);
      try {
        if (lines.size > 0 && count + added.length <= 2 * inUse.size + 1_000) {
          // A line break first: what an interrupted writer left there is a line of its own.
          appendFileSync(path, `\n${added.join("\n")}\n`);
          return;
        }
        const replaced = new Set(read.map(({ id }) => id));
        const kept = [...lines].flatMap(([id, line]) => (inUse.has(id) && !replaced.has(id) ? [line] : []));
        mkdirSync(folder, { recursive: true });
        const temporary = `${path}.${process.pid}`;
        writeFileSync(temporary, `${[...kept, ...added].join("\n")}\n`);
        renameSync(temporary, path);
      } catch {
        // A folder that cannot be written, a full disk: the next run reads the files themselves again.
      }
    },
  };
}

function lineOf({ id, within, file }: Parameters<FileCache["keep"]>[0][number]): string {
  const text = `${id} ${within} ${JSON.stringify(file)}`;
  return `${checksum(text)} ${text}`;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

/** Lines by id, unread: a document is only parsed where its file is asked for. The last line of an id counts. */
function linesOf(path: string): { readonly lines: ReadonlyMap<string, string>; readonly count: number } {
  const lines = new Map<string, string>();
  let count = 0;
  for (const line of textOf(path).split("\n")) {
    const end = line.indexOf(" ", 9);
    if (end === -1) continue;
    lines.set(line.slice(9, end), line);
    count += 1;
  }
  return { lines, count };
}

function textOf(path: string): string {
  try {
    return statSync(path).size > MOST_BYTES ? "" : readFileSync(path, "utf8");
  } catch {
    // None yet, or none that can be read.
    return "";
  }
}

function readBefore(line: string | undefined): ReadBefore | undefined {
  if (line === undefined || line.slice(0, 8) !== checksum(line.slice(9))) return undefined;
  const start = line.indexOf(" ", 9) + 1;
  const end = line.indexOf(" ", start);
  try {
    const json: unknown = JSON.parse(line.slice(end + 1));
    return isJsonObject(json) ? { json, within: line.slice(start, end) } : undefined;
  } catch {
    return undefined;
  }
}
