import { posix } from "node:path";

/** A path and its owners as CODEOWNERS writes them, e.g. `@acme/workshops`. The path of a folder ends with a slash. */
export interface OwnedPath {
  readonly path: string;
  readonly owners: string;
}

/**
 * Returns the fewest lines that give every file its owners. The last line that matches a file decides, and the line of a folder
 * covers everything below it. A folder whose files all have the same owners gets a line of its own even where that saves none,
 * so that a new file in it changes nothing.
 *
 * @param files      paths below `folder`
 * @param otherwise  the owners of everything else in `folder`, on the first line
 */
export function ownerLines(files: readonly OwnedPath[], folder: string, otherwise: string): readonly OwnedPath[] {
  const top = newFolder(folder);
  const folders = new Map([[folder, top]]);
  for (const file of files) folderOf(file.path, folders).files.push(file);
  return [{ path: `${folder}/`, owners: otherwise }, ...linesBelow(top, otherwise)];
}

interface Folder {
  readonly path: string;
  readonly files: OwnedPath[];
  readonly folders: Folder[];
  /** The number of lines needed below it, by the owners that it inherits. */
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

/** Returns the lines below a folder whose own owners are known. */
function linesBelow(folder: Folder, inherited: string): readonly OwnedPath[] {
  const files = folder.files.filter(({ owners }) => owners !== inherited);
  const below = folder.folders.flatMap((each) => {
    const owners = best(each, inherited);
    const own = owners === inherited ? [] : [{ path: `${each.path}/`, owners }];
    return [...own, ...linesBelow(each, owners)];
  });
  return [...files, ...below].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Returns the owners for a folder with which the fewest lines are needed. */
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
