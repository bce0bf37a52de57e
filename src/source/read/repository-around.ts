import { FlagError } from "../../core/errors.ts";
import { openRepository, type Repository } from "../../history/repository.ts";

/** Opens the repository that contains a folder; null if there is none, or git cannot read it. */
export async function repositoryAround(folder: string): Promise<Repository | null> {
  try {
    return await openRepository(folder);
  } catch (error) {
    if (error instanceof FlagError) return null;
    throw error;
  }
}
