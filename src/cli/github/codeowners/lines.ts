import { posix } from "node:path";

/** A file and whoever has to review changes of it, as CODEOWNERS writes them: `@acme/workshops`. */
export interface OwnedFile {
  readonly path: string;
  readonly owners: string;
}

/** A folder ends with a slash. */
export type OwnedPath = OwnedFile;

/**
 * The fewest lines by which every file has its owners: the last line that matches a file counts, and a folder's line counts
 * for everything below it. A folder whose files all have the same owners is named itself, also where that saves no line: the
 * next file in it changes nothing then.
 *
 * @param files      paths below `folder`
 * @param otherwise  the owners of whatever else lies in `folder`, which is the first line
 */
export function ownerLines(files: readonly OwnedFile[], folder: string, otherwise: string): readonly OwnedPath[] {
  const top = newFolder(folder);
  const folders = new Map([[folder, top]]);
  for (const file of files) folderOf(file.path, folders).files.push(file);
  return [{ path: `${folder}/`, owners: otherwise }, ...linesBelow(top, otherwise)];
}

interface Folder {
  readonly path: string;
  readonly files: OwnedFile[];
  readonly folders: Folder[];
  /** Lines below it, by the owners that it inherits. */
  readonly counts: Map<string, number>;
}

function newFolder(path: string): Folder {
  return { path, files: [], folders: [], counts: new Map() };
}

function folderOf(path: string, folders: Map<string, Folder>): Folder {
  const parent = posix.dirname(path);
  const known = folders.get(parent);
  if (known !== undefined) return known;
  const made = newFolder(parent);
  folders.set(parent, made);
  folderOf(parent, folders).folders.push(made);
  return made;
}

/** The lines of a folder that is itself told whose it is. */
function linesBelow(folder: Folder, inherited: string): readonly OwnedPath[] {
  const files = folder.files.filter(({ owners }) => owners !== inherited);
  const below = folder.folders.flatMap((each) => {
    const owners = best(each, inherited);
    const own = owners === inherited ? [] : [{ path: `${each.path}/`, owners }];
    return [...own, ...linesBelow(each, owners)];
  });
  return [...files, ...below].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whose a folder is said to be, so that the fewest lines are needed. */
function best(folder: Folder, inherited: string): string {
  const candidates = [...ownersIn(folder)].sort();
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  let [least, chosen] = [countBelow(folder, inherited), inherited];
  for (const owners of candidates) {
    const count = 1 + countBelow(folder, owners);
    if (owners !== inherited && count < least) [least, chosen] = [count, owners];
  }
  return chosen;
}

function countBelow(folder: Folder, inherited: string): number {
  const known = folder.counts.get(inherited);
  if (known !== undefined) return known;
  const files = folder.files.filter(({ owners }) => owners !== inherited).length;
  const below = folder.folders.map((each) => {
    const owners = best(each, inherited);
    return (owners === inherited ? 0 : 1) + countBelow(each, owners);
  });
  const count = below.reduce((sum, each) => sum + each, files);
  folder.counts.set(inherited, count);
  return count;
}

function ownersIn({ files, folders }: Folder): ReadonlySet<string> {
  return new Set([...files.map(({ owners }) => owners), ...folders.flatMap((each) => [...ownersIn(each)])]);
}
