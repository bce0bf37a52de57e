import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow } from "../../scripts/build/files.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The package in an application: built, packed, and installed with exactly its declared dependencies. */
export interface InstalledPackage {
  /** The application's folder. */
  readonly folder: string;
  /** The unpacked package. */
  readonly home: string;
  readonly tarball: string;
  readonly manifest: {
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly [member: string]: unknown;
  };
  /** Relative to the package. */
  readonly files: readonly string[];
  /** Runs node in the application's folder and returns its output. */
  node(...args: readonly string[]): string;
  /** Runs the TypeScript compiler in the application's folder and returns its output. */
  tsc(...args: readonly string[]): string;
  write(path: string, text: string): void;
  /** Installs the optional peer dependencies. */
  addPeers(): void;
  remove(): void;
}

/** Builds, packs and installs the package without a network. */
export function installPackage(): InstalledPackage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "flaghoist-package-")));
  run(ROOT, process.execPath, "--import", "tsx", "scripts/pack.ts", folder);
  const [tarball = ""] = filesBelow(folder).filter((file) => file.endsWith(".tgz"));
  const home = join(folder, "node_modules/flaghoist");
  mkdirSync(home, { recursive: true });
  run(folder, "tar", "-xzf", tarball, "--strip-components=1", "-C", home);

  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as InstalledPackage["manifest"] & {
    readonly peerDependencies: Readonly<Record<string, string>>;
  };
  const add = (names: readonly string[]) => {
    for (const name of names) link(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  };
  add([...Object.keys(manifest.dependencies), "@types/node"]);
  link(join(home, "cli/bin.js"), join(folder, "node_modules/.bin/hoist"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("package.json", '{"name": "application", "private": true, "type": "module"}');
  return {
    folder,
    home,
    tarball,
    manifest,
    files: filesBelow(home).map((file) => relative(home, file)),
    node: (...args) => run(folder, process.execPath, ...args),
    tsc: (...args) => run(folder, process.execPath, join(ROOT, "node_modules/typescript/bin/tsc"), ...args),
    write,
    addPeers: () => add(Object.keys(manifest.peerDependencies)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function link(target: string, path: string): void {
  if (!existsSync(target)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(realpathSync(target), path);
}

/** @throws Error with everything that the command printed */
function run(folder: string, command: string, ...args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (cause) {
    const { stdout, stderr } = cause as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout ?? ""}${stderr ?? ""}`, { cause });
  }
}
