import { type Entry, KEYS, type Key, type Said, type Setting } from "./settings.ts";

/** What one flag is in a table, in a saved or in a bundled snapshot; undefined if it is not there. */
export type Rows = Readonly<Partial<Record<Key, "on" | "off">>>;

/** Everything that decides an answer, in order of precedence after the overrides. */
export interface Sources {
  readonly environment: readonly Setting[];
  readonly file: readonly Setting[];
  readonly table?: Rows | undefined;
  readonly saved?: Rows | undefined;
  readonly bundled?: Rows | undefined;
  /** The fallbacks of generated definitions. */
  readonly definitions?: Rows | undefined;
}

/** The variant that a flag serves; `default` for the default of the caller. */
export type Expected = "on" | "off" | "blue" | "green" | "control" | "default";

/**
 * Says what a flag serves, independently of the code under test: the first of these applies. 1 kill patterns, 2 a setting that
 * says off, 3 the environment, 4 the file, 5 the table, 6 the saved snapshot, 7 the bundled snapshot, 8 the code default.
 */
export function expectedOf(key: Key, sources: Sources): Expected {
  const { environment, file, table, saved, bundled, definitions } = sources;
  const rows = table ?? saved ?? bundled;
  const isKnown = rows?.[key] !== undefined || definitions?.[key] !== undefined;
  // The variants and tags of an unknown flag are not known: it is answered like a boolean one.
  if (key === "checkout_button" && !isKnown) return "default";
  const off = key === "checkout_button" ? "control" : "off";
  const all = [...environment, ...file];
  if (all.some((setting) => setting.kind === "kill" && kills(setting.entries, key, all, isKnown))) return off;
  if (saidAbout(key, all).some(saysOff)) return off;
  const near = saidAbout(key, environment).filter(enables);
  const far = saidAbout(key, file).filter(enables);
  const [said] = [...near, ...far.toReversed()];
  if (said !== undefined) return variantOf(said);
  const row = rows?.[key];
  if (row === undefined) return definitions?.[key] === undefined ? "default" : variantNamed(key, definitions[key]);
  if (row === "off") return off;
  const isMet = key !== "needs_search" || expectedOf("search", sources) === "on";
  // A requirement is met only by a live flag, or by an override.
  return isMet && !(key === "needs_search" && !isLiveOrSaid("search", rows, all)) ? variantNamed(key, "on") : off;
}

function isLiveOrSaid(key: Key, rows: Rows | undefined, all: readonly Setting[]): boolean {
  return rows?.[key] !== undefined || saidAbout(key, all).some(enables);
}

function variantNamed(key: Key, state: "on" | "off"): Expected {
  if (key !== "checkout_button") return state;
  return state === "on" ? "blue" : "control";
}

function variantOf({ means }: Said): Expected {
  return means === "blue" || means === "green" ? means : "on";
}

export function saidAbout(key: Key, settings: readonly Setting[]): readonly Said[] {
  return settings.flatMap((setting) => (setting.kind === "said" && setting.said.key === key ? [setting.said] : []));
}

export function saysOff({ means, isMisspelled }: Said): boolean {
  return means === "off" || (means === "mistake" && !isMisspelled);
}

function enables({ means, isMisspelled }: Said): boolean {
  return !isMisspelled && (means === "on" || means === "blue" || means === "green");
}

/** @param hasTags  false for a flag that is known only by its key */
export function kills(all: readonly Entry[], key: Key, settings: readonly Setting[], hasTags = true): boolean {
  const entries = all.filter(({ isTag }) => hasTags || !isTag);
  const allowsStar = settings.some((setting) => setting.kind === "kill all" && setting.isAllowed);
  const isHit = entries.some((entry) => !entry.spares && entry.hits.includes(key) && (!entry.isStar || allowsStar));
  return isHit && !entries.some((entry) => entry.spares && entry.hits.includes(key));
}

/** The flags that the settings name in any way. */
export function namedIn(settings: readonly Setting[]): ReadonlySet<Key> {
  return new Set(
    settings.flatMap((setting): readonly Key[] => {
      if (setting.kind === "said") return [setting.said.key];
      if (setting.kind === "kill all") return [...KEYS];
      return setting.entries.flatMap(({ hits }) => hits);
    }),
  );
}
