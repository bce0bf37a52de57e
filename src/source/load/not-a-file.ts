import type { SourceFile } from "../../core/flag/source-file.ts";
import type { Problem } from "./parsed-file.ts";

/** Returns the problem about a path below `flags/` that is neither a file nor a folder. */
export function notAFile(kind: Exclude<SourceFile["kind"], "file">): Problem {
  return { code: "not-a-file", ...PROBLEMS[kind] };
}

const PROBLEMS: Readonly<Record<Exclude<SourceFile["kind"], "file">, Pick<Problem, "message" | "hint">>> = {
  symlink: {
    message: "the path is a symbolic link; only regular files are read",
    hint: "replace it with the file itself",
  },
  submodule: {
    message: "the path is a submodule: a commit holds only the id of a commit of another repository, not its files",
    hint: "move the files into this repository",
  },
  special: {
    message: "the path is a pipe, a socket or a device; only regular files are read",
    hint: "delete it",
  },
};
