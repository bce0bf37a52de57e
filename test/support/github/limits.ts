import type { Account } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

const HOUR_S = 3600;
const ANONYMOUS = 60;
const OF_AN_APP = 1000;
const OF_A_PERSON = 5000;

/** The remaining requests of each account in this hour. */
export interface Limits {
  /** Counts one request. @throws Refusal if none are left, with the headers of the limit */
  spend(account: Account | null): void;
  /** Returns one request to the account, because a 304 is free. */
  giveBack(account: Account | null): void;
  headers(account: Account | null): Readonly<Record<string, string>>;
  /** Returns the answer to `GET /rate_limit`. */
  overview(account: Account | null): Readonly<Record<string, unknown>>;
  /** Sets the remaining requests of every account until the hour ends. */
  leave(remaining: number): void;
}

export function limits(nowS: () => number): Limits {
  const used = new Map<string, number>();
  const reset = nowS() + HOUR_S;
  let left: number | undefined;

  const keyOf = (account: Account | null): string => account?.login ?? "";
  const limitOf = (account: Account | null): number =>
    account === null ? ANONYMOUS : account.app ? OF_AN_APP : OF_A_PERSON;

  function stateOf(account: Account | null) {
    const limit = limitOf(account);
    const spent = used.get(keyOf(account)) ?? (left === undefined ? 0 : Math.max(0, limit - left));
    return { limit, used: spent, remaining: Math.max(0, limit - spent), reset };
  }

  return {
    spend(account) {
      const { used: spent, remaining } = stateOf(account);
      if (remaining === 0) throw primaryLimit(account);
      used.set(keyOf(account), spent + 1);
    },
    giveBack: (account) => void used.set(keyOf(account), stateOf(account).used - 1),
    headers: (account) => rateHeaders(stateOf(account)),
    overview(account) {
      const core = stateOf(account);
      const search = { limit: 30, used: 0, remaining: 30, reset };
      return { resources: { core, search }, rate: core };
    },
    leave(remaining) {
      left = remaining;
      used.clear();
    },
  };
}

export function rateHeaders(rate: {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly reset: number;
}): Readonly<Record<string, string>> {
  return {
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(rate.remaining),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-reset": String(rate.reset),
    "x-ratelimit-resource": "core",
  };
}

/** Returns GitHub's refusal when the requests of the hour are used up. */
export function primaryLimit(account: Account | null, headers: Readonly<Record<string, string>> = {}): Refusal {
  const whose =
    account === null ? "127.0.0.1" : account.app ? `installation ID ${account.id}` : `user ID ${account.id}`;
  return new Refusal(403, `API rate limit exceeded for ${whose}.`, { headers });
}

/** Returns GitHub's refusal for too many requests at once. @param retryAfterS in seconds */
export function secondaryLimit(retryAfterS: number): Refusal {
  return new Refusal(
    403,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. " +
      "For more on scraping GitHub and how it may affect your rights, please review our Terms of Service.",
    { headers: { "retry-after": String(retryAfterS) } },
  );
}
