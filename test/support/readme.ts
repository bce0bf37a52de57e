import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of a Markdown text. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** Of its first line, counted from 1. */
  readonly line: number;
}

/** What somebody types, and what is to be seen then. */
export interface Step {
  readonly command: string;
  /** The lines as they stand in the text: prompts and all. */
  readonly typed: readonly string[];
  readonly output: readonly string[];
  /** `# exit 3` behind the command; 0 without. */
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

/** A console block: `$ ` begins a command, `> ` goes on with it, everything else is what it prints. */
export function stepsOf({ lines, line }: Block): readonly Step[] {
  const steps: { typed: string[]; output: string[]; line: number }[] = [];
  for (const [index, text] of lines.entries()) {
    const last = steps.at(-1);
    if (text.startsWith("$ ")) steps.push({ typed: [text], output: [], line: line + index });
    else if (last === undefined) throw new Error(`line ${line + index} is printed before any command`);
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
 * Runs all commands in one shell, one after the other, so that what one of them sets the next one has. What a command prints
 * on either stream is kept in the order in which it came.
 *
 * @param work  an empty folder for what was printed
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

/** What differs from one run to the next, and what it is read as. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{7}\b/g, "<commit>"],
  [/\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}\b/g, "<time>"],
  [/\b(?:just now|\d+ (?:s|min|h|d) ago)\b/g, "<age>"],
  [/\b\d+ ms\b/g, "<duration>"],
  [/\bdana@(?!acme\.dev)[\w.-]+/g, "<dana's machine>"],
];

/** A line without what differs from run to run; where something was taken out, the width of gaps says nothing either. */
export function withPlaceholders(line: string): string {
  const replaced = PLACEHOLDERS.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
  return replaced === line ? line : replaced.replace(/ {2,}/g, "  ");
}

/** The Markdown text with these outputs in place of those that it has, in the order of its console blocks. */
export function withOutputs(markdown: string, outputs: readonly (readonly string[])[]): string {
  const lines = markdown.split("\n");
  const next = outputs.values();
  const edits = blocksOf(markdown)
    .filter(({ language }) => language === "console")
    .map((block) => ({
      block,
      lines: stepsOf(block).flatMap(({ typed, output }) => {
        const printed = next.next().value ?? output;
        const isSame = printed.map(withPlaceholders).join("\n") === output.map(withPlaceholders).join("\n");
        return [...typed, ...(isSame ? output : printed)];
      }),
    }));
  for (const { block, lines: replaced } of edits.toReversed()) {
    lines.splice(block.line - 1, block.lines.length, ...replaced);
  }
  return lines.join("\n");
}
