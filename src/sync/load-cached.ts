import type { JsonObject } from "../core/json.ts";
import type { SourceFile } from "../core/source-file.ts";
import type { Repository } from "../history/repository.ts";
import { runInlineTests } from "../source/inline-tests.ts";
import { loadFlags, type LoadedFlag, type LoadedFlags, type LoadOptions } from "../source/load.ts";
import type { FileKind, ParsedFile } from "../source/parsed-file.ts";
import { soundFile } from "../source/sound-file.ts";
import { mapJson } from "../source/tree.ts";
import { parseFile } from "../source/yaml-profile.ts";
import { fingerprint, openFileCache, type ReadBefore } from "./file-cache.ts";

/** Below it, reading the files takes no longer than looking for what was read before. */
const FEWEST_CACHED = 200;

/**
 * As {@link loadFlags}, and with the same outcome. Contents that were read before are not parsed again. Where configuration
 * and segments are the same too, what a flag's lines mean is not checked again and its tests are not run again, unless the
 * flag requires another, on which its tests then hang; all other checks are done.
 *
 * @param repository  where the files come from; null for a work tree, of whose files no id is known
 */
export function loadCached(
  files: readonly SourceFile[],
  repository: Repository | null,
  options: LoadOptions,
): LoadedFlags {
  const ids = new Map(files.flatMap(({ path, id }) => (id === undefined ? [] : [[path, nameOf(path, id)]])));
  if (repository === null || ids.size < FEWEST_CACHED) return loadFlags(files, options);
  const cache = openFileCache(repository.gitFolder);
  const known = new Map<string, ReadBefore>();
  const parsed: ParsedFile[] = [];
  let within = "";
  const loaded = loadFlags(files, {
    ...options,
    parse: (file) => {
      const before = cache.get(ids.get(file.path) ?? "");
      const read = before === undefined ? parseFile(file) : soundFile(file, kindOf(file.path), before.json);
      if (before !== undefined) known.set(file.path, before);
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

/** One content may lie at places where it is read in other ways. */
function nameOf(path: string, id: string): string {
  return `${kindOf(path)}:${id}`;
}

function kindOf(path: string): FileKind {
  if (path === "flags/_config.yaml") return "config";
  return path.startsWith("flags/_segments/") ? "segment" : "flag";
}
