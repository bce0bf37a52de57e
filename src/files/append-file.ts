import { appendFile } from "node:fs/promises";

/**
 * Appends to a file that the CI system names, such as `GITHUB_STEP_SUMMARY`. It is appended in place, links included: the
 * runner created the file and reads it afterwards, later steps append to it too, and no commit can choose its path.
 */
export function appendToFile(path: string, text: string): Promise<void> {
  return appendFile(path, text);
}
