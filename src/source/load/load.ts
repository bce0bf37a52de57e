import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { checkConfig } from "../check/check-config.ts";
import { checkFlag } from "../check/check-flag.ts";
import { firstOf } from "../check/report.ts";
import { checkRequiredTests } from "../check/check-required-tests.ts";
import { checkServingRules } from "../check/check-serving-rules.ts";
import { checkRequires, checkRequiresChains } from "../check/check-requires.ts";
import { checkTests } from "../check/check-tests.ts";
import { sortFiles } from "../check/check-tree.ts";
import { type Config, configOf } from "./config.ts";
import type { ConfigFile } from "../shape/config-file.ts";
import { type Draft, draftOf } from "./draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { type FlagResolver, flagResolver } from "./flag-resolver.ts";
import { keyOfPath } from "../shape/key.ts";
import { inFileOrder, type ParsedFile } from "./parsed-file.ts";
import type { SegmentFile } from "../shape/segment-file.ts";
import { readSegments, type Segment } from "./segments.ts";
import { type Work, workFor } from "../../core/work.ts";
import { LIMITS } from "../shape/limits.ts";
import { declaredValues, vocabularyOf, type Vocabulary } from "../shape/vocabulary.ts";
import { parseFile } from "./yaml-profile.ts";
import { own } from "../../core/own.ts";

/** The options of {@link loadFlags}. */
export interface LoadOptions {
  /** The work that the run may still do. Default: that of a new run. */
  readonly work?: Work;
  /** The date, `YYYY-MM-DD`, to compare with `expires`. Without it, the result does not depend on the day. */
  readonly today?: string;
  /** True for an earlier state, which nobody can correct any more: characters that look like others are not reported. */
  readonly isPast?: boolean;
}

/** A flag whose file has no errors. */
export interface LoadedFlag {
  readonly key: FlagKey;
  /** E.g. `flags/workshop/workshop_routing.yaml`. */
  readonly path: string;
  readonly file: FlagFile;
  /** The parsed file, which gives the place of each line. */
  readonly parsed: ParsedFile;
  /** The files of the segments that it uses, also through other segments. */
  readonly segmentPaths: readonly string[];
  /** Environment → id of the acknowledged change. */
  readonly acknowledge: Readonly<Record<string, string>>;
  readonly acknowledgeReason: string | null;
}

/** The flags of one state of the files, with all diagnostics. */
export interface LoadedFlags {
  /** Null if it is missing or has errors. */
  readonly config: Config | null;
  /** `flags/_config.yaml`, to give the place of each line; null if it is missing. */
  readonly configFile: ParsedFile | null;
  /** In file order. Does not include failures of inline tests, which are not run here. */
  readonly diagnostics: readonly Diagnostic[];
  /** In key order. Only flags without errors. */
  readonly flags: readonly LoadedFlag[];
  /** The number of flag files, those with errors included. */
  readonly fileCount: number;
  readonly segments: ReadonlyMap<string, Segment>;
  /** The names that files may use, even if some of them have errors. */
  readonly words: Vocabulary;
  readonly testCount: number;
  /** The work that the run may still do, for everything that is done with these flags. */
  readonly work: Work;
  /**
   * Returns the flags as one environment gets them, in key order. For null, no overlays are applied. Leaves out flags with
   * errors, so check `diagnostics` before acting on the result.
   */
  readonly flagsFor: (environment: string | null) => ReadonlyMap<FlagKey, Flag>;
  /** Returns one of `flags` as one environment gets it; faster than `flagsFor` for few flags of many. */
  readonly flagFor: (flag: LoadedFlag, environment: string | null) => Flag;
}

/**
 * Reads flags from files and checks them. Pure. Never throws: everything that is wrong with a file becomes a diagnostic.
 * A {@link SourceFile} object that was loaded before is not parsed again, so an edit that loads the whole tree with one
 * changed file parses only that file.
 */
export function loadFlags(files: readonly SourceFile[], options: LoadOptions = {}): LoadedFlags {
  const sorted = sortFiles(files);
  const config = sorted.config && draftOf<ConfigFile>("config", parseOnce(sorted.config), "_config");
  const segments = sorted.segments.map((file) =>
    draftOf<SegmentFile>("segment", parseOnce(file), keyOfPath(file.path)),
  );
  const drafts = sorted.flags.map((file) => draftOf<FlagFile>("flag", parseOnce(file), keyOfPath(file.path)));
  const work = options.work ?? workFor(drafts.length);
  const words = vocabularyOf(config, segments, drafts, work.names);
  const configProblems = config === undefined ? [] : [...config.problems, ...checkConfig(config)];
  const known = readSegments(segments, words, work.checks);
  const resolver = flagResolver(known.usable, environmentsOf(config), declaredValues(words), work.checks);
  const chains = Map.groupBy(checkRequiresChains(drafts), ({ file }) => file);
  const checked = drafts.map((draft) =>
    checkDraft(draft, words, resolver, options.today, chains.get(draft.file.path) ?? []),
  );
  const valid = checked.flatMap(({ flag }) => flag ?? []).sort((a, b) => (a.key < b.key ? -1 : 1));
  const tooLarge = checkRequiredTests(valid, resolver.tests);
  const read = [config, ...segments, ...drafts].flatMap((draft) => draft?.file ?? []);
  const characters = options.isPast === true ? [] : read.flatMap((file) => file.characters);
  const misspelt = new Set(characters.filter(isError).map(({ file }) => file));
  const flags = valid.filter(({ key, path }) => !tooLarge.has(key) && !misspelt.has(path));
  // Both results are stored, because plan, tests and sync all need the resolved flags.
  const resolved = new Map<string | null, Map<FlagKey, Flag>>();
  const results = new Map<string | null, ReadonlyMap<FlagKey, Flag>>();
  const flagFor = (loaded: LoadedFlag, asked: string | null): Flag => {
    const { key, file } = loaded;
    // Without an overlay, every environment gets the same flag.
    const environment = asked !== null && own(file.environments ?? {}, asked) === undefined ? null : asked;
    const known = resolved.get(environment) ?? new Map<FlagKey, Flag>();
    const flag = known.get(key) ?? resolver.resolve(key, file, environment ?? undefined);
    resolved.set(environment, known.set(key, flag));
    return flag;
  };
  const problems = [
    ...sorted.problems,
    ...configProblems,
    ...known.problems,
    ...checked.flatMap((each) => each.problems),
    ...tooLarge.values(),
  ];
  return {
    config: config?.whole === undefined || configProblems.some(isError) ? null : configOf(config.whole),
    configFile: config?.file ?? null,
    diagnostics: withCharacters(problems, characters).sort(inFileOrder),
    flags,
    fileCount: drafts.length,
    segments: known.usable,
    words,
    work,
    testCount: flags.reduce((count, { file }) => count + (file.tests?.length ?? 0), 0),
    flagsFor: (environment) => {
      const result = results.get(environment) ?? new Map(flags.map((flag) => [flag.key, flagFor(flag, environment)]));
      results.set(environment, result);
      return result;
    },
    flagFor,
  };
}

/** Adds the problems of characters. They explain other problems at the same place, which are left out. */
function withCharacters(problems: readonly Diagnostic[], characters: readonly Diagnostic[]): Diagnostic[] {
  const placeOf = ({ file, line, column }: Diagnostic) => `${file}:${line}:${column}`;
  const places = new Set(characters.filter(({ code }) => code !== "outer-blank").map(placeOf));
  return [...characters, ...(places.size === 0 ? problems : problems.filter((each) => !places.has(placeOf(each))))];
}

function checkDraft(
  draft: Draft<FlagFile>,
  words: Vocabulary,
  resolver: FlagResolver,
  today: string | undefined,
  chains: readonly Diagnostic[],
): { readonly problems: readonly Diagnostic[]; readonly flag?: LoadedFlag } {
  const { file, name, whole } = draft;
  const first = firstOf(problemsOf(draft, words, today, chains), file);
  // The meaning of rules is checked only if the rules can be resolved.
  if (whole === undefined || first.some(isError) || resolver.missingSegments(whole).length > 0)
    return { problems: first };
  const problems = [...first, ...resolver.check(file, whole)];
  if (problems.some(isError)) return { problems };
  const { reason: acknowledgeReason = null, ...acknowledge } = whole.acknowledge ?? {};
  const segmentPaths = resolver.segmentPaths(whole);
  const parts = { file: whole, parsed: file, segmentPaths, acknowledge, acknowledgeReason };
  return { problems, flag: { key: name, path: file.path, ...parts } };
}

function* problemsOf(
  draft: Draft<FlagFile>,
  words: Vocabulary,
  today: string | undefined,
  chains: readonly Diagnostic[],
): Generator<Diagnostic> {
  yield* draft.problems;
  yield* checkFlag(draft, words, today);
  yield* checkServingRules(draft, words);
  yield* checkTests(draft, words);
  yield* checkRequires(draft, words);
  yield* chains;
}

/** Returns the declared environments; none if there are too many, which is reported. */
function environmentsOf(config: Draft<ConfigFile> | undefined): ConfigFile["environments"] {
  const environments = config?.json.environments ?? {};
  return Object.keys(environments).length > LIMITS.environments ? {} : environments;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function parseOnce(file: SourceFile): ParsedFile {
  const parsed = parsedFiles.get(file) ?? parseFile(file);
  parsedFiles.set(file, parsed);
  return parsed;
}

const parsedFiles = new WeakMap<SourceFile, ParsedFile>();
