/** One unparsed file under `flags/`, from a commit, the index or the work tree. */
export interface SourceFile {
  /** Relative to the folder that holds `flags/`, with forward slashes: `flags/workshop/workshop_routing.yaml`. */
  readonly path: string;
  /** Links and submodules are errors and never followed. */
  readonly kind: "file" | "symlink" | "submodule";
  /** Empty unless `kind` is `file`. */
  readonly bytes: Uint8Array;
}
