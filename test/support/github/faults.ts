import type { ServerResponse } from "node:http";
import type { Account } from "./accounts.ts";
import { primaryLimit, rateHeaders, secondaryLimit } from "./limits.ts";
import { notFound, Refusal } from "./refusal.ts";

/** An injected fault. */
export interface Fault {
  /** The method of the requests, e.g. `POST`. Default: any. */
  readonly method?: string;
  /** Matches the path of the requests as in GitHub's description, without base path and query. Default: any. */
  readonly path?: RegExp;
  readonly kind: 500 | 502 | 503 | 401 | 403 | 404 | "primary-limit" | "secondary-limit" | "hang" | "reset";
  /** The number of requests that fail. Default: all following ones. */
  readonly times?: number;
  /** The number of matching requests that succeed before. */
  readonly skip?: number;
  /** Whether the request is executed and only its answer is lost. */
  readonly isAnswerLost?: boolean;
  /** For rate limits: the seconds until the limit ends. Default: 60. */
  readonly retryAfterS?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** Returns the fault for this request and counts the request. */
  next(method: string, path: string): Fault | undefined;
}

export function faults(): Faults {
  const planned: { readonly fault: Fault; left: number; skip: number }[] = [];
  return {
    add: (fault) => void planned.push({ fault, left: fault.times ?? Infinity, skip: fault.skip ?? 0 }),
    clear: () => void planned.splice(0),
    next(method, path) {
      const met = planned.find(
        ({ fault, left }) =>
          left > 0 && (fault.method ?? method).toUpperCase() === method && (fault.path?.test(path) ?? true),
      );
      if (met === undefined) return undefined;
      if (met.skip > 0) {
        met.skip -= 1;
        return undefined;
      }
      met.left -= 1;
      return met.fault;
    },
  };
}

/** Returns the answer of a fault; null for none. */
export function faultAnswer(fault: Fault, account: Account | null, nowS: number): Refusal | null {
  const waitS = fault.retryAfterS ?? 60;
  switch (fault.kind) {
    case 401:
      return new Refusal(401, "Bad credentials");
    case 403:
      return new Refusal(403, "Resource not accessible by integration");
    case 404:
      return notFound();
    case 500:
      return new Refusal(500, "Server Error");
    case 502:
      return new Refusal(502, "Server Error");
    case 503:
      return new Refusal(503, "Service Unavailable");
    case "primary-limit":
      return primaryLimit(account, rateHeaders({ limit: 5000, used: 5000, remaining: 0, reset: nowS + waitS }));
    case "secondary-limit":
      return secondaryLimit(waitS);
    case "hang":
    case "reset":
      return null;
  }
}

/** Drops a request without an answer. */
export function dropAnswer(response: ServerResponse, fault: Fault): void {
  if (fault.kind === "reset") response.socket?.resetAndDestroy();
}
