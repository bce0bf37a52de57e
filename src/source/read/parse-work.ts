/** How many files a thread takes at once: few enough that all end at the same time. */
export const CHUNK = 40;

/** What the threads of parse-ahead.ts share. */
export interface ParseWork {
  /** All files, one after the other. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Where each file ends. */
  readonly ends: Uint32Array<SharedArrayBuffer>;
  readonly paths: readonly string[];
  /** The first chunk that nobody has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
  /** 1 for each thread that has taken a chunk. */
  readonly begun: Int32Array<SharedArrayBuffer>;
  /** Which of the threads this is, from 0. */
  readonly number: number;
}

/** The answer to one chunk: a JSON list of documents, null for each file that has a fault. */
export interface ParsedChunk {
  readonly chunk: number;
  readonly text: string;
}
