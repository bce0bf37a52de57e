import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap, type YAMLParseError } from "yaml";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { checkCharacters } from "./characters.ts";
import { foreignText } from "./foreign-format.ts";
import { isAscii } from "./look-alikes.ts";
import { notAFile } from "./not-a-file.ts";
import { MAX_PROBLEMS, type ParsedFile, type Problem, problemAt, START } from "./parsed-file.ts";
import { deepNesting } from "./nesting.ts";
import { readText } from "./source-text.ts";
import { brokenStructure, misreadKey } from "./structure.ts";
import type { Entry, Span, Tree } from "./tree.ts";
import { scalarProblem } from "./yaml-scalar.ts";
import { own } from "../../core/own.ts";

/** The maximum depth of nested lists and mappings. */
export const MAX_DEPTH = 20;

/** Names of properties that every object has. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set([
  "prototype",
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/**
 * Parses one file. Accepts YAML 1.2 without the features that make a file mean something other than what it seems to
 * mean: anchors, tags, merge keys, several documents. Never throws: everything that is wrong becomes a problem of the result, which has
 * a tree if the rest is still worth checking.
 */
export function parseFile(file: SourceFile): ParsedFile {
  const { path } = file;
  if (file.kind !== "file") return unusable(path, "", START, notAFile(file.kind));
  const { text, problems, fatal } = readText(path, file.bytes);
  if (fatal) return { path, text, tree: undefined, problems, spans: [START], characters: [] };
  const parsed = parseText(path, text);
  return { ...parsed, problems: [...problems, ...parsed.problems] };
}

function unusable(path: string, text: string, span: Span, problem: Problem): ParsedFile {
  const problems = [problemAt({ path, text }, span, problem)];
  return { path, text, tree: undefined, problems, spans: [span], characters: [] };
}

function parseText(path: string, text: string): ParsedFile {
  const failed = unusable.bind(null, path, text);
  const nested = deepNesting(text);
  if (nested !== undefined) return failed(nested, tooDeep);
  // The parser's own check for duplicate keys takes quadratic time. logLevel "error" makes it report a second document.
  const options = { version: "1.2", strict: true, uniqueKeys: false, prettyErrors: false, logLevel: "error" } as const;
  const document = parseDocument<Node>(text, options);
  // One syntax error causes further ones, so only the first is reported.
  const [error] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) {
    const foreign = error.code === "MULTIPLE_DOCS" ? undefined : foreignText(text);
    const broken = foreign === undefined ? brokenStructure(text, error.pos[0]) : undefined;
    if (broken !== undefined) return failed(broken.span, broken.problem);
    return failed({ start: error.pos[0], end: error.pos[1] }, foreign ?? syntaxProblem(error, text));
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return failed(START, { code: "empty-file", message: "the file is empty", hint: "add content, or delete the file" });
  }
  const foreign = isMap(contents) ? undefined : foreignText(text);
  if (foreign !== undefined) return failed(START, foreign);
  const walk: Walk = { path, text, problems: [], spans: [] };
  const tree = treeOf(contents, walk, 0);
  // Other warnings count as errors; tags were reported by the walk.
  const [warning] = document.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED");
  if (warning !== undefined) report(walk, { start: warning.pos[0], end: warning.pos[1] }, syntaxProblem(warning, text));
  const misread = isAscii(text) ? undefined : misreadKey(text, tree);
  if (misread !== undefined) return failed(misread.span, misread.problem);
  const { problems, spans } = walk;
  const isHopeless = spans.length >= MAX_PROBLEMS;
  const characters = checkCharacters({ path, text }, tree);
  return { path, text, tree: isHopeless ? undefined : tree, problems, spans, characters };
}

interface Walk {
  readonly path: string;
  readonly text: string;
  readonly problems: Diagnostic[];
  readonly spans: Span[];
}

function report(walk: Walk, span: Span, problem: Problem): void {
  if (walk.spans.length >= MAX_PROBLEMS) return;
  walk.spans.push(span);
  walk.problems.push(problemAt(walk, span, problem));
}

function treeOf(node: unknown, walk: Walk, depth: number): Tree {
  const span = spanOf(node);
  const empty: Tree = { kind: "scalar", span, value: null };
  if (isAlias(node)) {
    report(walk, span, {
      code: "yaml-alias",
      message: `the alias *${node.source} refers to a value elsewhere; aliases are not allowed`,
      hint: WRITE_OUT,
    });
    return empty;
  }
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return empty;
  const anchor = node.anchor;
  if (anchor !== undefined) {
    report(walk, before(span, `&${anchor}`, walk.text), {
      code: "yaml-alias",
      message: `the anchor &${anchor} names a value for use elsewhere; anchors are not allowed`,
      hint: WRITE_OUT,
    });
  }
  const tag = explicitTag(node, walk.text);
  if (tag !== undefined) {
    report(walk, tag, {
      code: "yaml-tag",
      message: `the tag ${walk.text.slice(tag.start, tag.end)} changes the type of the value; tags are not allowed`,
      hint: "remove the tag; to make the value text, put it in quotes",
    });
  }
  if (isScalar(node)) {
    const problem = tag === undefined ? scalarProblem(node) : undefined;
    if (problem !== undefined) report(walk, span, problem);
    const { value } = node;
    const isJson = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return { kind: "scalar", span, value: isJson ? value : null };
  }
  if (depth >= MAX_DEPTH) {
    report(walk, span, tooDeep);
    return empty;
  }
  if (isSeq(node)) return { kind: "list", span, items: node.items.map((item) => treeOf(item, walk, depth + 1)) };
  return { kind: "map", span, entries: entriesOf(node, walk, depth) };
}

function entriesOf(map: YAMLMap, walk: Walk, depth: number): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of map.items) {
    const key = spanOf(pair.key);
    const name = keyName(pair.key, key, walk);
    // The value is read even if its key is not valid, to report what is wrong inside the value.
    const read = treeOf(pair.value, walk, depth + 1);
    if (name === undefined) continue;
    // A missing value (`{ a, b }`) has no place of its own.
    const value: Tree =
      pair.value === null ? { kind: "scalar", span: { start: key.end, end: key.end }, value: null } : read;
    if (entries.has(name)) {
      report(walk, key, {
        code: "duplicate-key",
        message: `key "${name}" occurs twice in one mapping`,
        hint: "remove one of them",
      });
    } else entries.set(name, { key, value });
  }
  return entries;
}

/** Returns the name of a key. Reports keys that are not valid, and returns undefined for them. */
function keyName(key: unknown, span: Span, walk: Walk): string | undefined {
  const read = treeOf(key, { ...walk, problems: isScalar(key) || isAlias(key) ? walk.problems : [] }, 0);
  if (isAlias(key)) return undefined;
  const isBoolean = read.kind === "scalar" && typeof read.value === "boolean";
  if (read.kind !== "scalar" || !(typeof read.value === "string" || isBoolean)) {
    report(walk, span, {
      code: "key-not-text",
      message: `the key is ${keyKind(read)}; a key must be text`,
      hint: "put the key in quotes",
    });
    return undefined;
  }
  // A split of a boolean flag is written { true: 10%, false: 90% }.
  const name = String(read.value);
  if (name === "<<" && isScalar(key) && key.type === "PLAIN") {
    report(walk, span, {
      code: "yaml-merge-key",
      message: "the merge key << copies keys from elsewhere; merge keys are not allowed",
      hint: WRITE_OUT,
    });
    return undefined;
  }
  if (FORBIDDEN_NAMES.has(name)) {
    report(walk, span, {
      code: "forbidden-name",
      message: `"${name}" cannot be used as a name: every JavaScript object has a property of this name`,
      hint: "choose another name",
    });
    return undefined;
  }
  return name;
}

function keyKind(read: Tree): string {
  if (read.kind !== "scalar") return read.kind === "map" ? "a mapping" : "a list";
  return read.value === null ? "nothing" : `the ${typeof read.value} ${String(read.value)}`;
}

const WRITE_OUT = "write the value in each place where it is used";
const tooDeep: Problem = {
  code: "too-deep",
  message: `lists and mappings are nested more than ${MAX_DEPTH} levels deep`,
  hint: "reduce the nesting",
};

function spanOf(node: unknown): Span {
  const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : undefined;
  return range ? { start: range[0], end: range[1] } : START;
}

/** Returns the last place of an anchor or tag before a node: the range of the node does not include them. */
function before({ start }: Span, mark: string, text: string): Span {
  const at = text.lastIndexOf(mark, start);
  return at === -1 ? { start, end: start } : { start: at, end: at + mark.length };
}

function explicitTag(
  node: { readonly tag?: string | undefined; readonly range?: unknown },
  text: string,
): Span | undefined {
  if (node.tag === undefined) return undefined;
  const { start } = spanOf(node);
  const at = text.lastIndexOf("!", start);
  // `!!str` has two marks; a tag ends where white space begins.
  const first = at > 0 && text[at - 1] === "!" ? at - 1 : at;
  const tail = /^[^\s,[\]{}]*/.exec(text.slice(first));
  return first === -1 ? { start, end: start } : { start: first, end: first + (tail?.[0].length ?? 1) };
}

const SIGNS: Readonly<Record<string, string>> = {
  ">": "the start of folded text",
  "|": "the start of text with several lines",
  "@": "a reserved character",
  "`": "a reserved character",
  "%": "a directive",
};

function syntaxProblem(error: Pick<YAMLParseError, "code" | "message" | "pos">, text: string): Problem {
  if (error.code === "MULTIPLE_DOCS") {
    return {
      code: "several-documents",
      message: "a second YAML document begins here",
      hint: "write one document per file",
    };
  }
  const at = error.pos[0];
  const sign = [text[at] ?? "", text[at - 1] ?? ""].find((character) => own(SIGNS, character) !== undefined);
  const isStart = error.code === "BAD_SCALAR_START" || error.message.startsWith("Block scalar header");
  if (isStart && sign !== undefined) {
    const found = /^[^\s,\]}]*/.exec(text.slice(text[at] === sign ? at : at - 1))?.[0] ?? sign;
    const message = `${found} begins with ${sign}, which YAML reads as ${own(SIGNS, sign)} unless it is quoted`;
    return { code: "unquoted-text", message, hint: `put it in quotes: "${found}"` };
  }
  if (error.code === "TAB_AS_INDENT") {
    return { code: "yaml-syntax", message: "the line is indented with a tab", hint: "indent with spaces" };
  }
  const known = SYNTAX_PROBLEMS[error.code];
  const cause = known?.message ?? error.message.charAt(0).toLowerCase() + error.message.slice(1);
  return { code: "yaml-syntax", message: `the YAML is not valid here: ${cause}`, hint: known?.hint };
}

/** Errors of the parser by code. Its own message is used if there is no clearer one. */
const SYNTAX_PROBLEMS: Readonly<Record<string, { readonly message?: string; readonly hint: string }>> = {
  BAD_DQ_ESCAPE: { hint: "use single quotes, or write \\\\ for a backslash" },
  BAD_INDENT: { hint: "check the indentation, and that every bracket is closed" },
  BLOCK_AS_IMPLICIT_KEY: {
    message: "a mapping cannot begin in the middle of a line",
    hint: 'put text that contains ": " in quotes, and check the indentation of the next line',
  },
  BLOCK_IN_FLOW: {
    message: "the entries inside the brackets are not separated",
    hint: 'put commas between them, and text that contains ": " in quotes',
  },
  MISSING_CHAR: { hint: "close the quote or the bracket" },
  MULTILINE_IMPLICIT_KEY: {
    message: "expected a line such as key: value",
    hint: "add the colon, or indent the line if it continues the value above",
  },
  UNEXPECTED_TOKEN: { hint: "check brackets, commas and quotes" },
};
