import type { ServerResponse } from "node:http";
import type { Account } from "./accounts.ts";
import { primaryLimit, rateHeaders, secondaryLimit } from "./limits.ts";
import { notFound, Refusal } from "./refusal.ts";

/** Something that goes wrong on purpose. */
export interface Fault {
  /** E.g. `POST`; without: any. */
  readonly method?: string;
  /** Matched against the path as the description writes it, without a base path and query; without: any. */
  readonly path?: RegExp;
  readonly kind: 500 | 502 | 503 | 401 | 403 | 404 | "primary-limit" | "secondary-limit" | "hang" | "reset";
  /** How many requests it meets; without: all from now on. */
  readonly times?: number;
  /** How many requests that match go well before. */
  readonly skip?: number;
  /** The request is carried out, and its answer lost: what a cut connection does at the worst moment. */
  readonly isAnswerLost?: boolean;
  /** For the limits: in how many seconds it is over. 60 unless given. */
  readonly retryAfterS?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault that meets this request, which is then counted. */
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

/** What a fault answers; null: nothing at all. */
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

/** Leaves the other side without an answer. */
export function dropAnswer(response: ServerResponse, fault: Fault): void {
  if (fault.kind === "reset") response.socket?.resetAndDestroy();
}
