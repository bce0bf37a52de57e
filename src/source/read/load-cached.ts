import type { JsonObject } from "../../core/json.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { blobId } from "../../history/blob-id.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import { loadFlags, type LoadedFlag, type LoadedFlags, type LoadOptions } from "../load/load.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import { kindOfPath, soundFile } from "../load/sound-file.ts";
import { mapJson } from "../load/tree.ts";
import { cacheId, fingerprint, type FileCache, type ReadBefore } from "./file-cache.ts";
import { parseAhead } from "./parse-ahead.ts";

/** Below it, reading the files takes no longer than looking for what was read before. */
export const FEWEST_CACHED = 200;

/**
 * As {@link loadFlags}, and with the same outcome. Contents that were read before are not parsed again. Where configuration
 * and segments are the same too, what a flag's lines mean is not checked again and its tests are not run again, unless the
 * flag requires another, on which its tests then hang; all other checks are done.
 *
 * @param cache  null where no repository is around that could keep it: then only the parsing is shared among processors
 */
export async function loadCached(
  files: readonly SourceFile[],
  cache: FileCache | null,
  options: LoadOptions,
): Promise<LoadedFlags> {
  if (cache === null || files.length < FEWEST_CACHED) {
    return loadFlags(files, { ...options, parse: await parseAhead(files) });
  }
  const ids = new Map(files.flatMap((file) => (file.kind === "file" ? [[file.path, nameOf(file)]] : [])));
  const known = new Map<string, ReadBefore>();
  for (const [path, id] of ids) {
    const before = cache.get(id);
    if (before !== undefined) known.set(path, before);
  }
  const parse = await parseAhead(files.filter(({ path }) => !known.has(path)));
  const parsed: ParsedFile[] = [];
  let within = "";
  const loaded = loadFlags(files, {
    ...options,
    parse: (file) => {
      const before = known.get(file.path);
      const read = before === undefined ? parse(file) : soundFile(file, kindOfPath(file.path), before.json);
      parsed.push(read);
      return read;
    },
    isSound: ({ path }, surroundings) => {
      within ||= fingerprint(surroundings);
      return known.get(path)?.within === within;
    },
  });
  const isKnown = ({ path }: { readonly path: string }) => known.get(path)?.within === within;
  const faulty = new Set(loaded.diagnostics.map(({ file }) => file));
  const provable = loaded.flags.filter(({ file, path }) => file.requires === undefined && !faulty.has(path));
  const failed = failedTests(
    loaded,
    provable.filter((flag) => !isKnown(flag)),
  );
  const read = parsed.flatMap((file) => {
    const id = ids.get(file.path);
    if (id === undefined || isKnown(file) || faulty.has(file.path) || failed.has(file.path)) return [];
    const json = documentOf(file);
    return json === undefined ? [] : [{ id, within, file: json }];
  });
  cache.keep(read, new Set(ids.values()));
  return {
    ...loaded,
    proven: new Set(provable.filter(({ path }) => !failed.has(path)).map(({ key }) => key)),
  };
}

/** The files of those flags of which a test fails. Where another file is broken, no test would tell what is wrong. */
function failedTests(loaded: LoadedFlags, flags: readonly LoadedFlag[]): ReadonlySet<string> {
  const { failures } = runInlineTests(loaded, new Set(flags.map(({ key }) => key)));
  return new Set(failures.map(({ file }) => file));
}

function documentOf(file: ParsedFile): JsonObject | undefined {
  // Only then: asking for the tree of a known file would parse it.
  if (file.sound !== undefined) return file.sound.json;
  const { tree } = file;
  return tree?.kind === "map" ? mapJson(tree) : undefined;
}

function nameOf(file: SourceFile): string {
  return cacheId(file.path, file.id ?? blobId(file.bytes, ""));
}
