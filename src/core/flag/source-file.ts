/** One unparsed file under `flags/`, from a commit, the index or the work tree. */
export interface SourceFile {
  /** Relative to the folder that holds `flags/`, with forward slashes: `flags/workshop/workshop_routing.yaml`. */
  readonly path: string;
  /** Everything but a file is an error and never followed or opened. `special` is a pipe, a socket or a device. */
  readonly kind: "file" | "symlink" | "submodule" | "special";
  /** Empty unless `kind` is `file`. */
  readonly bytes: Uint8Array;
}
