/** One file under `flags/`, from a commit or from the work tree, before anybody looked into it. */
export interface SourceFile {
  /** Relative to the folder that holds `flags/`, with forward slashes: `flags/workshop/workshop_routing.yaml`. */
  readonly path: string;
  /** Links and submodules are refused, never followed. */
  readonly kind: "file" | "symlink" | "submodule";
  /** Empty unless `kind` is `file`. */
  readonly bytes: Uint8Array;
}
