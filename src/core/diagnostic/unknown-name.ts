import { FlagError } from "../errors.ts";
import type { FlagKey } from "../flag/flag.ts";
import type { Budget } from "../work.ts";
import { nearest } from "./nearest.ts";

/** A message about an unknown name, with the valid names and the one that was probably meant. */
export interface UnknownName {
  readonly message: string;
  /** Undefined when there is nothing to suggest. */
  readonly hint: string | undefined;
}

/** The wording for each kind of name: what is wrong, and what the valid names are called. */
const KINDS = {
  environment: "is not declared in flags/_config.yaml; declared environments",
  owner: "is not declared in flags/_config.yaml; declared owners",
  kind: "does not exist; kinds",
  field: "does not exist; fields",
  rule: "does not exist in this flag; rules",
} as const;

/** The maximum number of valid names to list; a longer list is hard to read. */
const MAX_NAMES = 10;

/** Reports a name that is not one of a short list, e.g. an environment that the configuration does not declare. */
export function unknownName(kind: keyof typeof KINDS, name: string, valid: Iterable<string>): UnknownName {
  const names = [...valid];
  return { message: `${kind} "${name}" ${KINDS[kind]}: ${names.join(", ") || "(none)"}`, hint: guess(name, names) };
}

/**
 * Reports a flag key that does not exist. There can be thousands of keys, so they are listed only if none is similar.
 *
 * @param where  where the flag was looked up, e.g. `flags/`
 */
export function unknownFlag(key: FlagKey, valid: Iterable<FlagKey>, where = "flags/"): UnknownName {
  const keys = [...valid];
  return {
    message: `flag "${key}" does not exist in ${where}`,
    hint: guess(key, keys) ?? (keys.length === 0 ? `${where} has no flags` : `flags: ${namesText(keys)}`),
  };
}

/** Returns the error for a flag key that does not exist. @param where  where the flag was looked up */
export function unknownFlagError(key: FlagKey, valid: Iterable<FlagKey>, where?: string): FlagError {
  const { message, hint } = unknownFlag(key, valid, where);
  return new FlagError("USAGE", message, { hint });
}

/** Returns the error for an environment that the configuration does not declare. */
export function unknownEnvironmentError(name: string, declared: Iterable<string>): FlagError {
  const { message, hint } = unknownName("environment", name, declared);
  return new FlagError("UNKNOWN_ENVIRONMENT", message, { hint });
}

/**
 * Returns the hint of a diagnostic that points at an unknown name: `did you mean "staff"?   segments: beta_cities, staff`.
 *
 * @param plural  what the valid names are called
 * @param budget  the budget of the run for such searches
 * @returns       undefined when the budget is spent
 */
export function suggestion(name: string, valid: Iterable<string>, plural: string, budget: Budget): string | undefined {
  if (budget.left <= 0) return undefined;
  const names = [...valid].sort();
  budget.left -= names.length * SORTING;
  return [guess(name, names, budget), `${plural}: ${namesText(names)}`]
    .filter((part) => part !== undefined)
    .join("   ");
}

/** The steps to sort one name. */
const SORTING = 10;

/** Returns `did you mean "production"?` for `prodution` and for `prod`; undefined when no name is similar. */
export function guess(name: string, valid: Iterable<string>, budget?: Budget): string | undefined {
  const names = [...valid];
  const near = nearest(name, names, budget) ?? completion(name, names);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** The minimum length of a prefix; a shorter one matches too many names. */
const MIN_PREFIX = 3;

function completion(prefix: string, names: readonly string[]): string | undefined {
  if (prefix.length < MIN_PREFIX) return undefined;
  return names.find((name) => name !== prefix && name.toLowerCase().startsWith(prefix.toLowerCase()));
}

function namesText(names: readonly string[]): string {
  if (names.length === 0) return "(none)";
  return names.slice(0, MAX_NAMES).join(", ") + (names.length > MAX_NAMES ? ", …" : "");
}
