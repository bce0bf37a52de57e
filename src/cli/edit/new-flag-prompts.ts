import { FlagError } from "../../core/errors.ts";
import { FLAG_KINDS, type FlagKind } from "../../core/flag/flag.ts";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import type { Config } from "../../source/load/config.ts";
import type { Io } from "../terminal/io.ts";

/** What a flag needs to be told; undefined where no option said it. */
export interface FlagAnswers {
  readonly key: string | undefined;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly owner: string | undefined;
  readonly kind: string | undefined;
  readonly expires: string | undefined;
}

export interface CompleteAnswers {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly kind: FlagKind;
  readonly expires: string | null;
}

/** Says what is wrong with an answer; undefined when nothing is. */
type Check = (answer: string) => string | undefined;

/**
 * Completes what the options left out: on a terminal by asking, else by one error that lists everything.
 *
 * @param checkKey  what is wrong with a key, in words
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
  const key = await answer(io, given.key, "key", "", checkKey);
  const name = await answer(io, given.name, "name", nameOf(key), notEmpty);
  const description = await answer(io, given.description, "what is different while it is on", "", notEmpty);
  const owner = await answer(
    io,
    given.owner,
    `owner (${owners.join(", ")})`,
    owners.length === 1 ? owners[0] : "",
    (text) => oneOf(text, owners, "owner"),
  );
  const kindText = await answer(io, given.kind, `kind (${FLAG_KINDS.join(", ")})`, "release", (text) =>
    oneOf(text, FLAG_KINDS, "kind"),
  );
  const kind = FLAG_KINDS.find((known) => known === kindText) ?? "release";
  if (!ends(kind)) return { key, name, description, owner, kind, expires: given.expires ?? null };
  const expires = await answer(
    io,
    given.expires,
    "the day after which it should be gone",
    inDays(io.now(), daysAhead(config)),
    day,
  );
  return { key, name, description, owner, kind, expires };
}

function ends(kind: string | undefined): boolean {
  return kind === "release" || kind === "experiment";
}

/** Without a terminal nobody can be asked: everything that is missing, in one go, with the line that would do. */
function checkComplete(given: FlagAnswers, config: Config): void {
  const wanted = { ...given, expires: ends(given.kind ?? "release") ? given.expires : "" };
  const missing = Object.entries(wanted).flatMap(([field, value]) => (value === undefined ? [field] : []));
  if (missing.length === 0) return;
  const [owner = "team-name"] = config.owners.keys();
  const example: Readonly<Record<string, string>> = {
    name: '--name "New checkout"',
    description: '--description "What is different while it is on."',
    owner: `--owner ${owner}`,
    kind: "--kind release",
    expires: "--expires 2027-06-01",
  };
  const options = missing.flatMap((field) => example[field] ?? []).join(" ");
  throw new FlagError("USAGE", `a new flag needs more: ${missing.join(", ")}`, {
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
  if (ask === undefined || given !== undefined) throw new FlagError("USAGE", `${question}: ${fault ?? "missing"}`);
  for (;;) {
    const typed = (await ask(`${question}${preset ? ` [${preset}]` : ""}: `)) || (preset ?? "");
    const problem = check(typed);
    if (problem === undefined) return typed;
    err(`${errStyle("red", "no")}  ${problem}`);
  }
}

function notEmpty(text: string): string | undefined {
  return text.trim() === "" ? "expected some text" : undefined;
}

function oneOf(text: string, words: readonly string[], what: "owner" | "kind"): string | undefined {
  if (words.includes(text)) return undefined;
  const { message, hint } = unknownName(what, text, words);
  return hint === undefined ? message : `${message}; ${hint}`;
}

function day(text: string): string | undefined {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  return isDay ? undefined : `"${text}" is no day: expected e.g. 2027-06-01`;
}

/** `new_checkout` → `New checkout`. */
function nameOf(key: string): string {
  const words = key.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function daysAhead({ policies: { maxExpiryDays } }: Config): number {
  return Math.min(90, maxExpiryDays ?? 90);
}

function inDays(now: Date, days: number): string {
  return new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}
