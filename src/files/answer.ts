import { fileError } from "./failure.ts";

/** Returns the result of work on files, unless it takes too long. The work cannot be stopped. @throws FlagError FILE_UNUSABLE */
export async function answerOf<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(fileError(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
