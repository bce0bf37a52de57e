import type { Shapes } from "./shapes-of.ts";

/** The operation of a request and its parameters. */
export interface Route {
  readonly operation: string;
  /** Decoded. */
  readonly path: Readonly<Record<string, string>>;
}

/** Parameters that may contain slashes, encoded or not. */
const LONG = new Set(["ref", "path", "branch", "basehead"]);

/** Returns a function that finds the operation of a request by the paths in GitHub's description. */
export function routesOf(shapes: Shapes): (method: string, path: string) => Route | undefined {
  const routes = Object.entries(shapes.operations)
    .map(([operation, { method, path }]) => ({
      operation,
      method,
      names: namesIn(path),
      pattern: patternOf(path),
      path,
    }))
    // What is spelt out wins against what is open: `/commits/{sha}/pulls` against `/commits/{ref}`.
    .sort((a, b) => literals(b.path) - literals(a.path));
  return (method, path) => {
    for (const route of routes) {
      const found = route.method === method ? route.pattern.exec(path) : null;
      if (found === null) continue;
      const values = found.slice(1).map((value) => decodeURIComponent(value ?? ""));
      return {
        operation: route.operation,
        path: Object.fromEntries(route.names.map((name, at) => [name, values[at] ?? ""])),
      };
    }
    return undefined;
  };
}

function namesIn(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

function patternOf(path: string): RegExp {
  const source = path.replace(/\/\{(\w+)\}/g, (_, name: string) =>
    // The root of a repository's contents is asked for with nothing behind the slash.
    name === "path" ? "(?:/(.*))?" : LONG.has(name) ? "/(.+)" : "/([^/]+)",
  );
  return new RegExp(`^${source}$`);
}

function literals(path: string): number {
  return path.replace(/\{\w+\}/g, "").length;
}
