import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Creates a temporary folder for all tests of a file. Its path contains no links. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "flaghoist-test-")));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
