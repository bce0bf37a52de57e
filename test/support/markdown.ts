import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

type Root = ReturnType<typeof fromMarkdown>;
/** All descendants of a node type. */
type Within<Parent> = Parent extends { readonly children: readonly (infer Child)[] } ? Child : never;
type First = Within<Root>;
type Second = First | Within<First>;
type Third = Second | Within<Second>;
/** A node of a parsed document. */
export type Node = Root | Third | Within<Third>;

/** Parses Markdown as GitHub does, before it resolves mentions and references. */
export function parseMarkdown(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** Returns all nodes, parents before their children. */
export function nodesOf(node: Node): readonly Node[] {
  const children: readonly Node[] = "children" in node ? node.children : [];
  return [node, ...children.flatMap(nodesOf)];
}

/** Returns the visible text of a node, without HTML, with line breaks as spaces. */
export function readText(node: Node): string {
  if (node.type === "html") return node.value === "<br>" ? " " : "";
  if ("value" in node) return node.value;
  const children: readonly Node[] = "children" in node ? node.children : [];
  return children.map(readText).join("");
}

/** Returns the visible text of the cells of all tables, without heads. */
export function cellsOf(tree: Node): readonly (readonly string[])[] {
  return nodesOf(tree).flatMap((node) =>
    node.type === "table" ? node.children.slice(1).map(({ children }) => children.map(readText)) : [],
  );
}

/** Matches the HTML that the report itself may write. */
const OUR_HTML =
  /^(?:<!-- -->|<\/?span>|<br>|<details(?: open)?><summary>[\w ,:]*<\/summary>|<\/details>|<!-- \/?flaghoist:[\w:%.]+ -->)$/;
const OUR_NODES: ReadonlySet<string> = new Set(
  "root paragraph text inlineCode code strong emphasis table tableRow tableCell list listItem heading html blockquote".split(
    " ",
  ),
);

/** Patterns in a finished text to which GitHub would give a meaning. */
const ACTS: readonly (readonly [string, RegExp])[] = [
  ["a mention or an address", /@[\w-]/],
  ["an issue", /#\d|gh-\d/i],
  ["an advisory", /(?:ghsa|cve)-\w/i],
  ["a link", /:\/\/|www\./i],
  ["an emoji", /:[\w+-]+:/],
  ["a commit", /[0-9a-f]{7}/i],
  ["a formula", /\$[^]*\$/],
  ["something invisible", /[\p{Cf}\p{Cs}]|[^\P{Cc}\n]/u],
];

/**
 * Returns all active content of a report that does not come from the report itself. The expected result is an empty
 * list.
 */
export function actsIn(tree: Node): readonly string[] {
  return nodesOf(tree).flatMap((node): readonly string[] => {
    if (!OUR_NODES.has(node.type)) return [`${node.type}: ${readText(node)}`];
    if (node.type === "listItem") return typeof node.checked === "boolean" ? [`a task: ${readText(node)}`] : [];
    if (node.type === "heading") return node.depth === 3 ? [] : [`a heading of depth ${node.depth}: ${readText(node)}`];
    if (node.type === "html") return OUR_HTML.test(node.value) ? [] : [`HTML: ${node.value}`];
    if (node.type !== "text") return [];
    return ACTS.filter(([, found]) => found.test(node.value)).map(([what]) => `${what}: ${node.value}`);
  });
}
