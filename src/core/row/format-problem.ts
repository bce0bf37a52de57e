/** A stored or written value that is not of the format: where in it, what was found, what was expected. */
export class FormatProblem extends Error {
  override readonly name = "FormatProblem";
  /** From the value that was handed in, e.g. `["any", 0, "appVersion", "semver"]`. */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}
