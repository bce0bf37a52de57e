import { FlagError } from "../../core/errors.ts";
import { FLAG_KINDS } from "../../core/flag/flag.ts";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import type { NewFlag } from "../../source/edit/new-flag.ts";
import type { Config } from "../../source/load/config.ts";
import type { Io } from "../terminal/io.ts";
import { own } from "../../core/own.ts";

/** The values that a new flag needs. */
export type CompleteAnswers = Pick<NewFlag, "key" | "name" | "description" | "owner" | "kind" | "expires">;

/** The answers that options give; undefined where no option gave one. */
export type FlagAnswers = { readonly [field in keyof CompleteAnswers]: string | undefined };

/** Returns what is wrong with an answer; undefined when it is valid. */
type Check = (answer: string) => string | undefined;

/**
 * Completes the values of a new flag: asks for missing ones on a terminal, else throws one error that lists them.
 *
 * @param checkKey  returns what is wrong with a key
 * @throws FlagError USAGE
 */
export async function completeAnswers(
  io: Io,
  given: FlagAnswers,
  config: Config,
  checkKey: Check,
): Promise<CompleteAnswers> {
  if (io.ask === undefined) checkComplete(given, config);
  const owners = [...config.owners.keys()];
  const onlyOwner = owners.length === 1 ? owners[0] : "";
  const key = await answer(io, given.key, "key", "", checkKey);
  const name = await answer(io, given.name, "name", nameOf(key), notEmpty);
  const description = await answer(io, given.description, "what the flag does", "", notEmpty);
  const owner = await answer(io, given.owner, `owner (${owners.join(", ")})`, onlyOwner, (text) => {
    return nameProblem("owner", text, owners);
  });
  const kindText = await answer(io, given.kind, `kind (${FLAG_KINDS.join(", ")})`, "release", (text) =>
    nameProblem("kind", text, FLAG_KINDS),
  );
  const kind = FLAG_KINDS.find((known) => known === kindText) ?? "release";
  if (!needsExpiry(kind)) return { key, name, description, owner, kind, expires: given.expires ?? null };
  const suggested = inDays(io.now(), Math.min(90, config.policies.maxExpiryDays ?? 90));
  const expires = await answer(io, given.expires, "date after which it should be removed", suggested, dateProblem);
  return { key, name, description, owner, kind, expires };
}

function needsExpiry(kind: string | undefined): boolean {
  return kind === "release" || kind === "experiment";
}

/** Throws one error with everything that is missing, and the options that would complete the command. */
function checkComplete(given: FlagAnswers, config: Config): void {
  const wanted = { ...given, expires: needsExpiry(given.kind ?? "release") ? given.expires : "" };
  const missing = Object.entries(wanted).flatMap(([field, value]) => (value === undefined ? [field] : []));
  if (missing.length === 0) return;
  const [owner = "team-name"] = config.owners.keys();
  const example: Readonly<Record<string, string>> = {
    name: '--name "New checkout"',
    description: '--description "What the flag does."',
    owner: `--owner ${owner}`,
    kind: "--kind release",
    expires: "--expires 2027-06-01",
  };
  const options = missing.flatMap((field) => own(example, field) ?? []).join(" ");
  throw new FlagError("USAGE", `missing for a new flag: ${missing.join(", ")}`, {
    hint: [
      `hoist new ${given.key ?? "new_checkout"} … ${options}`.trimEnd(),
      ...(missing.includes("kind") ? [`kinds: ${FLAG_KINDS.join(", ")}`] : []),
    ].join("\n"),
  });
}

async function answer(
  { ask, errStyle, err }: Io,
  given: string | undefined,
  question: string,
  preset: string | undefined,
  check: Check,
): Promise<string> {
  const fault = given === undefined ? undefined : check(given);
  if (given !== undefined && fault === undefined) return given;
  if (ask === undefined || given !== undefined) throw new FlagError("USAGE", fault ?? `${question} is missing`);
  for (;;) {
    const typed = (await ask(`${question}${preset ? ` [${preset}]` : ""}: `)) || (preset ?? "");
    const problem = check(typed);
    if (problem === undefined) return typed;
    err(`${errStyle("red", "invalid")}  ${problem}`);
  }
}

function notEmpty(text: string): string | undefined {
  return text.trim() === "" ? "a value is required" : undefined;
}

function nameProblem(kind: "owner" | "kind", text: string, valid: readonly string[]): string | undefined {
  if (valid.includes(text)) return undefined;
  const { message, hint } = unknownName(kind, text, valid);
  return hint === undefined ? message : `${message}; ${hint}`;
}

function dateProblem(text: string): string | undefined {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  return isDate ? undefined : `"${text}" is not a valid date; write YYYY-MM-DD`;
}

/** Returns the name that is suggested for a key: `New checkout` for `new_checkout`. */
function nameOf(key: string): string {
  const words = key.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function inDays(now: Date, days: number): string {
  return new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}
