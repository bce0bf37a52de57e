import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

/** A fenced code block of a Markdown document. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** The number of its first line, from 1. */
  readonly line: number;
}

/** A command in a console block, and the output below it. */
export interface Step {
  readonly command: string;
  /** The lines of the command as the document shows them, with prompts. */
  readonly typed: readonly string[];
  readonly output: readonly string[];
  /** From a comment such as `# exit 3` after the command; else 0. */
  readonly exitCode: number;
  readonly line: number;
}

export interface Ran {
  readonly output: readonly string[];
  readonly exitCode: number;
}

export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly lines: string[]; readonly line: number } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open === undefined) {
      const language = /^```(\w*)$/.exec(text)?.[1];
      if (language !== undefined) open = { language, lines: [], line: index + 2 };
    } else if (text === "```") {
      blocks.push(open);
      open = undefined;
    } else {
      open.lines.push(text);
    }
  }
  return blocks;
}

/** Returns the commands of a console block: `$ ` starts a command, `> ` continues it, and all other lines are output. */
export function stepsOf({ lines, line }: Block): readonly Step[] {
  const steps: { typed: string[]; output: string[]; line: number }[] = [];
  for (const [index, text] of lines.entries()) {
    const last = steps.at(-1);
    if (text.startsWith("$ ")) steps.push({ typed: [text], output: [], line: line + index });
    else if (last === undefined) throw new Error(`line ${line + index} is output before any command`);
    else if (/^>(?: |$)/.test(text) && last.output.length === 0) last.typed.push(text);
    else last.output.push(text);
  }
  return steps.map(({ typed, output, line }) => ({
    command: typed.map((text) => text.slice(2)).join("\n"),
    typed,
    output,
    exitCode: Number(/# exit (\d+)/.exec(typed.at(-1) ?? "")?.[1] ?? 0),
    line,
  }));
}

/**
 * Runs all commands in one shell, so that each sees the variables and the folder that earlier ones set. The output holds both
 * streams in the order of printing.
 *
 * @param work  an empty folder for the outputs
 */
export function runInShell(
  commands: readonly string[],
  { cwd, work, env }: { readonly cwd: string; readonly work: string; readonly env: Readonly<Record<string, string>> },
): readonly Ran[] {
  const script = commands.map((command, index) => {
    const file = join(work, String(index));
    return `{ ${command}\n} >'${file}.out' 2>&1 </dev/null\necho $? >'${file}.code'\n`;
  });
  execFileSync("bash", ["--noprofile", "--norc"], { cwd, env, input: script.join(""), timeout: 240_000 });
  return commands.map((_, index) => {
    const file = join(work, String(index));
    if (!existsSync(`${file}.code`)) throw new Error(`the shell ended in this command: ${commands[index]}`);
    const text = readFileSync(`${file}.out`, "utf8").replace(/\n$/, "");
    return {
      output: text === "" ? [] : text.split("\n"),
      exitCode: Number(readFileSync(`${file}.code`, "utf8")),
    };
  });
}

/** Matches what differs from run to run, with the text that replaces it. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{7}\b/g, "<commit>"],
  [/\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}\b/g, "<time>"],
  [/, \d{4}-\d{2}-\d{2}:/g, ", <day>:"],
  [/\b(?:just now|\d+ (?:s|min|h|d) ago)\b/g, "<age>"],
  [/\b\d+ ms\b/g, "<duration>"],
  [/\bdana@(?!acme\.dev)[\w.-]+/g, "<dana's machine>"],
];

/** Returns a line with placeholders for what differs from run to run, and then with single gaps, whose width differs too. */
export function withPlaceholders(line: string): string {
  const replaced = PLACEHOLDERS.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
  return replaced === line ? line : replaced.replace(/ {2,}/g, "  ");
}

/**
 * Returns the document with these outputs, in the order of its commands. If all outputs differ only in placeholders, the
 * document stays; otherwise all of them are replaced, so that commits and times of one document come from one run.
 */
export function withOutputs(markdown: string, outputs: readonly (readonly string[])[]): string {
  const blocks = blocksOf(markdown).filter(({ language }) => language === "console");
  const texts = (all: readonly (readonly string[])[]) => all.map((output) => output.map(withPlaceholders).join("\n"));
  const shown = blocks.flatMap(stepsOf).map(({ output }) => output);
  if (isDeepStrictEqual([texts(shown), commitOrder(shown)], [texts(outputs), commitOrder(outputs)])) return markdown;
  const lines = markdown.split("\n");
  const next = outputs.values();
  const edits = blocks.map((block) => ({
    block,
    lines: stepsOf(block).flatMap(({ typed, output }) => [...typed, ...(next.next().value ?? output)]),
  }));
  for (const { block, lines: replaced } of edits.toReversed()) {
    lines.splice(block.line - 1, block.lines.length, ...replaced);
  }
  return lines.join("\n");
}

/** Returns a number for each commit in the outputs, which is the same only for the same commit: 0, 1, 0, 2. */
export function commitOrder(outputs: readonly (readonly string[])[]): readonly number[] {
  const commits = outputs.flat().flatMap((line) => line.match(/\b[0-9a-f]{7}\b/g) ?? []);
  const known = [...new Set(commits)];
  return commits.map((commit) => known.indexOf(commit));
}
