import type { Random } from "../../support/random.ts";

/** The flags of these tests. All are boolean, except `checkout_button`, which has three colours. */
export const KEYS = [
  "new_checkout",
  "workshop_routing",
  "workshop_reports",
  "voice-logging",
  "search",
  "checkout_button",
  "needs_search",
] as const;
export type Key = (typeof KEYS)[number];
/** The flags with the tag `payments`. */
export const TAGGED: readonly Key[] = ["new_checkout", "voice-logging"];

/** What one `FEATURE_…` setting means. `misspelled`: its name differs from the flag's by separators. */
export interface Said {
  readonly key: Key;
  readonly means: "off" | "on" | "blue" | "green" | "mistake" | "nothing";
  readonly isMisspelled: boolean;
  readonly name: string;
  readonly value: string;
}

/** One entry of `FLAGS_KILL`. */
export interface Entry {
  readonly text: string;
  readonly spares: boolean;
  readonly hits: readonly Key[];
  /** The entry names a tag. */
  readonly isTag: boolean;
  /** `*`, which has an effect only with FLAGS_KILL_ALL. */
  readonly isStar: boolean;
}

export type Setting =
  | { readonly kind: "said"; readonly said: Said }
  | { readonly kind: "kill"; readonly entries: readonly Entry[] }
  | { readonly kind: "kill all"; readonly isAllowed: boolean };

export function pick<T>(random: Random, from: readonly [T, ...T[]] | readonly T[]): T {
  const chosen = from[Math.floor(random.between(0, from.length))];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

const OFF = ["false", "0", "off", "no", "disabled", "kill", "FALSE", "Off", "KILL"];
const ON = ["true", "1", "on", "yes", "enabled", "TRUE", "On"];
const MISTAKES = [
  "flase",
  "ture",
  "2",
  "-1",
  "o n",
  "{}",
  "null",
  "true false",
  "offf",
  "é",
  "\u{1f525}",
  "constructor",
];
const NOTHING = ["", "  ", '""', "' '", "\t"];

/** Puts around a value what env files, YAML and editors put there. */
export function dressed(random: Random, value: string): string {
  return pick(random, [value, value, `"${value}"`, `'${value}'`, ` ${value} `, `${value}\t`, `" ${value}"`]);
}

export function inAnyCase(random: Random, name: string): string {
  const how = random.next();
  if (how < 0.5) return name;
  if (how < 0.75) return name.toLowerCase();
  return name.replaceAll(/[A-Z]/g, (letter) => (random.next() < 0.5 ? letter : letter.toLowerCase()));
}

export function aSaid(random: Random): Said {
  const key = pick(random, KEYS);
  const words = key.toUpperCase().split(/[_-]/);
  const isMisspelled = words.length > 1 && random.next() < 0.2;
  const name = `FEATURE_${words.join(isMisspelled ? pick(random, ["", ".", "-"]) : "_")}`;
  const [means, value] = meaning(random, key);
  return { key, means, isMisspelled, name: inAnyCase(random, name), value: dressed(random, value) };
}

function meaning(random: Random, key: Key): readonly [Said["means"], string] {
  const kind = random.next();
  if (kind < 0.08) return ["nothing", pick(random, NOTHING)];
  if (kind < 0.2) return ["mistake", pick(random, MISTAKES)];
  if (key !== "checkout_button") return kind < 0.6 ? ["off", pick(random, OFF)] : ["on", pick(random, ON)];
  if (kind < 0.3) return ["mistake", pick(random, [...ON, "Blue", "GREEN", "contro"])];
  if (kind < 0.6) return ["off", pick(random, [...OFF, "control"])];
  const colour = pick(random, ["blue", "green"] as const);
  return [colour, colour];
}

export function anEntry(random: Random): Entry {
  const key = pick(random, KEYS);
  const spares = random.next() < 0.2;
  const mark = spares ? "!" : "";
  const entry = (text: string, hits: readonly Key[], isStar = false): Entry => ({
    text: mark + text,
    spares,
    hits,
    isTag: text.startsWith("tag:"),
    isStar: isStar && !spares,
  });
  const kind = random.next();
  if (kind < 0.45) return entry(inAnyCase(random, key), [key]);
  if (kind < 0.6) return entry("workshop_*", ["workshop_routing", "workshop_reports"]);
  if (kind < 0.7) return entry("tag:pay*", TAGGED);
  if (kind < 0.75) return entry("*", [...KEYS], true);
  if (kind < 0.85) return entry(pick(random, ["nothing_here", "tag:nobody", "x*y", "nobody"]), []);
  // Only a kill is understood in spite of its separators; an exception must be written correctly.
  const other = key.includes("_") ? key.replaceAll("_", "-") : key.replaceAll("-", "_");
  return entry(other, other === key ? [key] : spares ? [] : [key]);
}

export function killValue(random: Random, entries: readonly Entry[]): string {
  const between = pick(random, [",", ", ", ";", " ", " ; ", ",,"]);
  const quote = pick(random, ["", "", "'", '"']);
  const text = entries.map((entry) => `${quote}${entry.text}${quote}`).join(between);
  return pick(random, [text, text, `[${text}]`, `{${text}}`, `(${text})`]);
}

/** Returns random settings. Names of variables may repeat. */
export function someSettings(random: Random, most: number): readonly Setting[] {
  return Array.from({ length: Math.floor(random.between(0, most + 1)) }, (): Setting => {
    const kind = random.next();
    if (kind < 0.75) return { kind: "said", said: aSaid(random) };
    if (kind < 0.95) {
      const entries = Array.from({ length: Math.floor(random.between(1, 5)) }, () => anEntry(random));
      return { kind: "kill", entries };
    }
    return { kind: "kill all", isAllowed: random.next() < 0.7 };
  });
}
