import { FlagError } from "../../core/errors.ts";
import { refuseBareLayout } from "../../history/bare-layout.ts";
import { openRepository, type Repository } from "../../history/repository.ts";

/**
 * Opens the repository that contains a folder; null if there is none, or git cannot read it.
 *
 * @throws FlagError GIT_FAILED if files of a branch hide the repository
 */
export async function repositoryAround(folder: string): Promise<Repository | null> {
  try {
    return await openRepository(folder);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    // Flags can be checked without git, but no branch may switch off the checks that need it.
    if (error.code === "GIT_FAILED") refuseBareLayout(folder);
    return null;
  }
}
