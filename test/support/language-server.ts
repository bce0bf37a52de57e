import { spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A position in a document, from 0, in UTF-16 code units, as in the language server protocol. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface EditorProblem {
  readonly message: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

/** An editor with YAML support, which opens documents and shows problems, completions and descriptions. */
export interface Editor {
  /** Opens a document, which need not exist on disk, and returns its problems. */
  open(path: string, text: string): Promise<readonly EditorProblem[]>;
  /** Returns the completions at a position of an opened document. */
  complete(path: string, position: Position): Promise<readonly string[]>;
  /** Returns the description of the word at a position; empty if there is none. */
  hover(path: string, position: Position): Promise<string>;
  close(): Promise<void>;
}

const SERVER = fileURLToPath(
  new URL("../../node_modules/yaml-language-server/bin/yaml-language-server", import.meta.url),
);

/**
 * Starts the language server over stdio. It fetches nothing: the schema store is off, and schemas are files.
 *
 * @param schemas  schema file → glob patterns of its documents
 */
export async function openEditor(
  folder: string,
  schemas: Readonly<Record<string, readonly string[]>>,
): Promise<Editor> {
  const server = spawn(process.execPath, [SERVER, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => server.on("close", () => resolve()));
  const answers = new Map<number, (result: unknown) => void>();
  const awaited = new Map<string, (problems: readonly EditorProblem[]) => void>();
  let lastId = 0;

  const yaml = {
    schemas: Object.fromEntries(Object.entries(schemas).map(([file, globs]) => [pathToFileURL(file).href, globs])),
    schemaStore: { enable: false },
    kubernetesCRDStore: { enable: false },
    validate: true,
    hover: true,
    completion: true,
  };
  const settings: Readonly<Record<string, unknown>> = { yaml };

  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const request = (method: string, params: unknown) =>
    new Promise<unknown>((resolve) => {
      lastId += 1;
      answers.set(lastId, resolve);
      send({ id: lastId, method, params });
    });
  const notify = (method: string, params: unknown) => send({ method, params });

  server.stdout.on(
    "data",
    framed((text) => {
      const message = JSON.parse(text) as Message;
      if (message.method === undefined) {
        answers.get(Number(message.id))?.(message.result);
        answers.delete(Number(message.id));
      } else if (message.method === "textDocument/publishDiagnostics") {
        const { uri, diagnostics } = message.params as { uri: string; diagnostics: readonly EditorProblem[] };
        awaited.get(uri)?.(diagnostics);
        awaited.delete(uri);
      } else if (message.method === "workspace/configuration") {
        const { items } = message.params as { items: readonly { readonly section: string }[] };
        send({ id: message.id, result: items.map(({ section }) => settings[section] ?? {}) });
      } else if (message.id !== undefined) send({ id: message.id, result: null });
    }),
  );

  await request("initialize", { processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities: {} });
  notify("initialized", {});
  notify("workspace/didChangeConfiguration", { settings });

  const documentOf = (path: string) => ({ textDocument: { uri: pathToFileURL(path).href } });
  return {
    open: (path, text) =>
      new Promise((resolve) => {
        const { uri } = documentOf(path).textDocument;
        awaited.set(uri, resolve);
        notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
      }),
    complete: async (path, position) => {
      const found = (await request("textDocument/completion", { ...documentOf(path), position })) as Completions;
      return (found?.items ?? []).map(({ label }) => label);
    },
    hover: async (path, position) => {
      const found = (await request("textDocument/hover", { ...documentOf(path), position })) as Hover;
      const { contents = "" } = found ?? {};
      return typeof contents === "string" ? contents : contents.value;
    },
    close: async () => {
      await request("shutdown", null);
      notify("exit", null);
      server.stdin.end();
      await exited;
    },
  };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

type Completions = { readonly items: readonly { readonly label: string }[] } | null;
type Hover = { readonly contents: string | { readonly value: string } } | null;

/** Cuts a stream into messages, each after its `Content-Length`. */
function framed(onMessage: (text: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(rest.toString("latin1", 0, Math.max(0, end)))?.[1]);
      if (end === -1 || rest.length < end + 4 + length) return;
      const body = rest.toString("utf8", end + 4, end + 4 + length);
      rest = rest.subarray(end + 4 + length);
      onMessage(body);
    }
  };
}
