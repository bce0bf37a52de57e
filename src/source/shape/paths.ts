/** The path of the configuration: environments, attributes, owners and policies. */
export const CONFIG_PATH = "flags/_config.yaml";
/** The folder that directly contains one file for each segment. */
export const SEGMENTS_FOLDER = "flags/_segments/";
/** The folder of the JSON Schemas for editors. */
export const SCHEMAS_FOLDER = "flags/_schema/";

/** Returns whether a file at this path below `flags/` defines a flag. */
export function isFlagPath(path: string): boolean {
  return path.endsWith(".yaml") && !isUnderscored(path);
}

/** Returns whether a part of the path begins with an underscore: no flag has such a name or lies in such a folder. */
export function isUnderscored(path: string): boolean {
  return path.split("/").some((part) => part.startsWith("_"));
}

/** Returns whether a file at this path defines a segment. */
export function isSegmentPath(path: string): boolean {
  return path.startsWith(SEGMENTS_FOLDER) && path.endsWith(".yaml");
}

/** Returns the path of the file that defines a segment. */
export function segmentPath(name: string): string {
  return `${SEGMENTS_FOLDER}${name}.yaml`;
}
