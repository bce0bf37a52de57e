interface FetchOptions {
  /** The only server that gets requests, because each contains the token. */
  readonly apiUrl: string;
  readonly timeoutMs: number;
  /** Removed from error responses, because a proxy may quote the request. */
  readonly token: string;
  readonly note: (text: string) => void;
}

/**
 * Returns a `fetch` for octokit that fails unless the whole response arrives in time. Octokit alone would treat an interrupted
 * response as an empty one, and the HTML page of a proxy as data.
 */
export function completeFetch({ apiUrl, timeoutMs, token, note }: FetchOptions): typeof fetch {
  const { origin } = new URL(apiUrl);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    // A response may contain addresses of further requests, such as the next page.
    if (url.origin !== origin)
      throw new Error(`the server refers to another server, ${url.host}, to which no request is sent`);
    const signal = AbortSignal.timeout(timeoutMs);
    const method = init?.method ?? "GET";
    const path = url.pathname;
    try {
      const response = await fetch(input, { ...init, signal });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.ok) checkData(response, bytes, init?.headers);
      else if (response.status >= 500) note(`GitHub responded with ${response.status} to ${method} ${path}`);
      return withBody(response, response.ok ? bytes : withoutToken(bytes, token));
    } catch (cause) {
      const reason = signal.aborted ? `no response within ${timeoutMs / 1_000} s` : reasonOf(cause);
      note(`no response to ${method} ${path}: ${reason}`);
      throw new Error(reason, { cause });
    }
  };
}

function checkData(response: Response, bytes: Uint8Array, requested: RequestInit["headers"]): void {
  const expectsJson = new Headers(requested).get("accept") === "application/vnd.github.v3+json";
  if (!expectsJson || bytes.length === 0 || response.status === 204 || response.status === 205) return;
  try {
    JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Error("the server is not GitHub's API: its response is not JSON", { cause });
  }
}

function withBody(response: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const { status, statusText, headers, url } = response;
  const hasBody = bytes.length > 0 && status !== 204 && status !== 205 && status !== 304;
  const copy = new Response(hasBody ? bytes : null, { status, statusText, headers });
  // A constructed response has no URL, which octokit needs for pagination.
  Object.defineProperty(copy, "url", { value: url });
  return copy;
}

function withoutToken(bytes: Uint8Array<ArrayBuffer>, token: string): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(bytes);
  return text.includes(token) ? new TextEncoder().encode(text.replaceAll(token, "[token]")) : bytes;
}

/** Returns the cause behind `fetch failed`; if several addresses were tried, the cause for the first one. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error.cause instanceof Error && error.message === "fetch failed" ? reasonOf(error.cause) : error.message;
}
