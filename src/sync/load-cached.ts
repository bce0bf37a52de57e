import type { SourceFile } from "../core/source-file.ts";
import type { Repository } from "../history/repository.ts";
import { loadFlags, type LoadedFlags, type LoadOptions } from "../source/load.ts";
import type { ParsedFile } from "../source/parsed-file.ts";
import { soundFlagFile } from "../source/sound-file.ts";
import { parseFile } from "../source/yaml-profile.ts";
import { fingerprint, openFileCache, type ReadBefore } from "./file-cache.ts";

/** Below it, reading the files takes no longer than looking for what was read before. */
const FEWEST_CACHED = 200;

/**
 * As {@link loadFlags}, and with the same outcome. Contents that were read before are not parsed again, and where
 * configuration and segments are the same too, what their rules mean is not checked again; all other checks are done.
 *
 * @param repository  where the files come from; null for a work tree, of whose files no id is known
 */
export function loadCached(
  files: readonly SourceFile[],
  repository: Repository | null,
  options: LoadOptions,
): LoadedFlags {
  const ids = new Map(files.flatMap(({ path, id }) => (id === undefined ? [] : [[path, id]])));
  if (repository === null || ids.size < FEWEST_CACHED) return loadFlags(files, options);
  const cache = openFileCache(repository.gitFolder);
  const known = new Map<string, ReadBefore>();
  let within = "";
  const loaded = loadFlags(files, {
    ...options,
    parse: (file) => {
      const before = file.id === undefined ? undefined : cache.get(file.id);
      if (before === undefined) return parseFile(file);
      known.set(file.path, before);
      return soundFlagFile(file, before.json);
    },
    isSound: ({ path }: ParsedFile, surroundings) => {
      within ||= fingerprint(surroundings);
      return known.get(path)?.within === within;
    },
  });
  const faulty = new Set(loaded.diagnostics.map(({ file }) => file));
  const read = loaded.flags.flatMap(({ path, file }) => {
    const id = ids.get(path);
    if (id === undefined || faulty.has(path) || known.get(path)?.within === within) return [];
    return [{ id, within, file }];
  });
  cache.keep(read, new Set(ids.values()));
  return loaded;
}
