import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { aFolder } from "./repository.ts";

/**
 * How the proxy treats a COMMIT. `lost`: the connection breaks before it. `unanswered`: it arrives, and the connection
 * breaks before the answer. `late`: the connection to the client breaks, and the COMMIT arrives after that.
 */
export type CommitFate = "passes" | "lost" | "unanswered" | "late";

export interface CommitProxy {
  /** The address of the server through the proxy. */
  readonly url: string;
  /** Returns the number of COMMITs that the proxy has received. */
  readonly commits: () => number;
}

/** `COMMIT` as a simple query: the letter Q, four bytes of length, the text, a zero. */
const COMMIT = Buffer.concat([Buffer.from("Q"), Buffer.from([0, 0, 0, 11]), Buffer.from("COMMIT\0")]);
const LATE_MS = 300;

/**
 * Starts a proxy to a PostgreSQL server that breaks connections at COMMIT.
 *
 * @param fates    the fates of the first COMMITs, in order; all later ones pass
 * @param deafMs   how long nobody can connect after a connection broke; all other connections break too
 */
export async function commitProxy(url: string, fates: readonly CommitFate[], deafMs = 0): Promise<CommitProxy> {
  let commits = 0;
  let deafUntil = 0;
  const sockets = new Set<Socket>();
  const goDeaf = (...kept: readonly Socket[]): void => {
    deafUntil = performance.now() + deafMs;
    for (const socket of sockets) if (!kept.includes(socket)) socket.destroy();
  };
  const server = createServer((client) => {
    if (performance.now() < deafUntil) {
      client.destroy();
      return;
    }
    const line = connect(serverOf(url));
    for (const socket of [client, line]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    line.on("close", () => client.destroy());
    let fate: CommitFate = "passes";
    client.on("close", () => {
      if (fate !== "late") line.destroy();
    });
    client.on("data", (bytes) => {
      if (bytes.includes(COMMIT)) {
        fate = fates[commits] ?? "passes";
        commits += 1;
        if (fate !== "passes" && deafMs > 0) goDeaf(client, line);
      }
      if (fate === "lost") client.destroy();
      else if (fate === "late") {
        client.destroy();
        setTimeout(() => line.write(bytes, () => line.end()), LATE_MS);
      } else line.write(bytes);
    });
    line.on("data", (bytes) => {
      if (fate === "unanswered") client.destroy();
      else client.write(bytes);
    });
  });
  const folder = aFolder();
  server.listen(join(folder, ".s.PGSQL.5432"));
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const through = new URL(url);
  through.host = "localhost";
  through.searchParams.set("host", folder);
  return { url: through.href, commits: () => commits };
}

function serverOf(url: string): NetConnectOpts {
  const { searchParams, hostname, port } = new URL(url);
  const folder = searchParams.get("host");
  const number = Number(port || "5432");
  if (folder?.startsWith("/")) return { path: join(folder, `.s.PGSQL.${number}`) };
  return { host: folder ?? hostname, port: number };
}
