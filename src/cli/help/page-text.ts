import { posix } from "node:path";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTable } from "micromark-extension-gfm-table";
import type { Style } from "../terminal/io.ts";
import { wrapped } from "../terminal/layout.ts";
import { pageTable } from "./page-table.ts";
import { TOPICS, type Topic } from "./topics.ts";

type Block = ReturnType<typeof fromMarkdown>["children"][number];
type Inline = Extract<Block, { readonly type: "paragraph" }>["children"][number];

interface PageOptions {
  /** In columns. Prose and tables fit into it; code keeps its own lines. */
  readonly width: number;
  readonly style: Style;
}

interface Context extends PageOptions {
  readonly topic: Topic;
}

const INDENT = "  ";

/** Renders the Markdown of a topic's page as plain text for a terminal. */
export function pageText(topic: Topic, markdown: string, options: PageOptions): string {
  const { children } = fromMarkdown(markdown, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  const context = { ...options, topic, width: options.width - INDENT.length };
  const blocks = children.map((node) => {
    if (node.type !== "heading") return indented(blockLines(node, context), INDENT);
    const title = inlineText(node.children, context);
    return [`${node.depth < 3 ? "" : INDENT}${options.style("bold", node.depth === 1 ? title.toUpperCase() : title)}`];
  });
  return separated(blocks).join("\n");
}

function blockLines(node: Block, context: Context): readonly string[] {
  const { width } = context;
  if (node.type === "paragraph") return wrapped(inlineText(node.children, context), width);
  if (node.type === "code") return indented(node.value.split("\n"), INDENT);
  if (node.type === "table") {
    const [titles = [], ...rows] = node.children.map(({ children }) =>
      children.map((cell, column) => cellText(inlineText(cell.children, context), column)),
    );
    return pageTable(titles, rows, width);
  }
  if (node.type === "blockquote") {
    const blocks = node.children.map((child) => blockLines(child, { ...context, width: width - INDENT.length }));
    return indented(separated(blocks), INDENT);
  }
  if (node.type !== "list") return [];
  return node.children.flatMap((item, index) => {
    const mark = node.ordered ? `${(node.start ?? 1) + index}. ` : "- ";
    const lines = item.children.flatMap((child) => blockLines(child, { ...context, width: width - mark.length }));
    return [mark + (lines[0] ?? ""), ...indented(lines.slice(1), " ".repeat(mark.length))];
  });
}

/** Returns the text of a cell. The first column contains names, so its code needs no backticks. */
function cellText(text: string, column: number): string {
  return column === 0 ? text.replaceAll("`", "") : text;
}

function inlineText(nodes: readonly Inline[], context: Context): string {
  return nodes.map((node) => inlineNodeText(node, context)).join("");
}

function inlineNodeText(node: Inline, context: Context): string {
  if (node.type === "text") return node.value.replaceAll("\n", " ");
  if (node.type === "inlineCode") return `\`${node.value}\``;
  if (node.type === "break" || (node.type === "html" && node.value === "<br>")) return " ";
  if (!("children" in node)) return "";
  const text = inlineText(node.children, context);
  if (node.type === "strong") return context.style("bold", text);
  const target = node.type === "link" ? linkTarget(node.url, context.topic) : undefined;
  return target === undefined || target === text ? text : `${text} (${target})`;
}

/** Returns a link target that works in a terminal: a command, a path from the root, or an address. */
function linkTarget(url: string, { page }: Topic): string | undefined {
  if (/^\w+:/.test(url)) return url;
  const [path = ""] = url.split("#");
  if (path === "") return undefined;
  const file = posix.join(posix.dirname(page), path);
  const topic = TOPICS.find((each) => each.page === file);
  return topic === undefined ? file : `hoist help ${topic.name}`;
}

/** Puts an empty line between blocks. */
function separated(blocks: readonly (readonly string[])[]): readonly string[] {
  const shown = blocks.filter((lines) => lines.length > 0);
  return shown.flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

function indented(lines: readonly string[], indent: string): readonly string[] {
  return lines.map((line) => (line === "" ? "" : indent + line));
}
