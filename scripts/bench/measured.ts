import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BUILD = fileURLToPath(new URL("../build.ts", import.meta.url));
const TSX = fileURLToPath(new URL("../../node_modules/tsx/dist/cli.mjs", import.meta.url));
/** A folder below the repository, so that the built library finds packages such as `pg`. */
export const DIST = fileURLToPath(new URL("../../dist/bench/", import.meta.url));

export interface Measured {
  readonly seconds: number;
  /** User and system time of all threads. Depends less on other load of the machine than `seconds`. */
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

export interface Goal {
  readonly seconds: number;
  readonly megabytes?: number;
}

/** Builds the package as it is published, in {@link DIST}. The caller removes it. */
export async function buildPackage(): Promise<void> {
  await promisify(execFile)(process.execPath, [TSX, BUILD, DIST]);
}

/** Runs a program and measures it. Exit code 2, which means that there are changes, is not a failure. */
export async function measured(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured & { readonly stdout: string }> {
  const last = `process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write("\\nused " + maxRSS + " " + (userCPUTime + systemCPUTime));
  })`;
  const words = ["--import", `data:text/javascript,${encodeURIComponent(last)}`, ...args];
  const start = performance.now();
  const { stdout, stderr } = await printed(words, { cwd: folder, maxBuffer: 1 << 30, env: { ...process.env, ...env } });
  const seconds = (performance.now() - start) / 1_000;
  const [, kilobytes = "0", microseconds = "0"] = /used (\d+) (\d+)/.exec(stderr) ?? [];
  return { seconds, cpuSeconds: Number(microseconds) / 1e6, megabytes: Number(kilobytes) / 1_000, stdout };
}

function printed(
  args: readonly string[],
  options: { readonly cwd: string; readonly maxBuffer: number; readonly env: NodeJS.ProcessEnv },
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((done, fail) => {
    execFile(process.execPath, [...args], { ...options, encoding: "utf8" }, (error, stdout, stderr) => {
      if (error === null || error.code === 2) done({ stdout, stderr });
      else fail(new Error(stderr, { cause: error }));
    });
  });
}

export function printMeasured(title: string, goal: Goal, { seconds, cpuSeconds, megabytes }: Measured): void {
  const wanted = [`${goal.seconds} s`, ...(goal.megabytes === undefined ? [] : [`${goal.megabytes} MB`])].join(", ");
  const figures = [
    `${seconds.toFixed(2)} s`.padStart(8),
    `cpu ${cpuSeconds.toFixed(2)} s`,
    `peak ${megabytes.toFixed(0)} MB`,
  ];
  console.log(`${title.padEnd(40)} ${figures.join("   ")}   goal ${wanted}`);
}
