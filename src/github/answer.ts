export interface Waiting {
  readonly timeoutMs: number;
  /** Blotted out of whatever comes back with an error: a proxy may quote what it was sent. */
  readonly token: string;
  readonly note: (text: string) => void;
}

/**
 * `fetch` for octokit, with an end: an answer is there whole and in time, or it is an error of the network. By itself octokit
 * takes an answer that breaks off for one that is empty, and a proxy's page for data.
 */
export function answerOf({ timeoutMs, token, note }: Waiting): typeof fetch {
  return async (input, init) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const method = init?.method ?? "GET";
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    try {
      const response = await fetch(input, { ...init, signal });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.ok) checkData(response, bytes, init?.headers);
      else if (response.status >= 500) note(`GitHub answered ${response.status} to ${method} ${path}`);
      return whole(response, response.ok ? bytes : blotted(bytes, token));
    } catch (cause) {
      const reason = signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : reasonOf(cause);
      note(`no answer to ${method} ${path}: ${reason}`);
      throw new Error(reason, { cause });
    }
  };
}

function checkData(response: Response, bytes: Uint8Array, asked: RequestInit["headers"]): void {
  const isJsonAsked = new Headers(asked).get("accept") === "application/vnd.github.v3+json";
  if (!isJsonAsked || bytes.length === 0 || response.status === 204 || response.status === 205) return;
  try {
    JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Error("what answered there is not GitHub's API: it sent no JSON", { cause });
  }
}

function whole(response: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const { status, statusText, headers, url } = response;
  const hasBody = bytes.length > 0 && status !== 204 && status !== 205 && status !== 304;
  const copy = new Response(hasBody ? bytes : null, { status, statusText, headers });
  // A response made by hand has no address, and octokit counts pages by it.
  Object.defineProperty(copy, "url", { value: url });
  return copy;
}

function blotted(bytes: Uint8Array<ArrayBuffer>, token: string): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(bytes);
  return text.includes(token) ? new TextEncoder().encode(text.replaceAll(token, "[token]")) : bytes;
}

/** `fetch failed` says nothing; its cause does, and of several tries the first. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error.cause instanceof Error && error.message === "fetch failed" ? reasonOf(error.cause) : error.message;
}
