/**
 * An error about a stored or written value that does not have the expected format, with the path of the part at fault.
 */
export class FormatProblem extends Error {
  override readonly name = "FormatProblem";
  /** The path from the value that was passed, e.g. `["any", 0, "appVersion", "semver"]`. */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}
