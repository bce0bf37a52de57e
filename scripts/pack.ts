// Makes the tarball of the package, flaghoist-<version>.tgz, in the repository or in the folder that the first argument names.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(process.argv[2] ?? ROOT);
const work = mkdtempSync(join(tmpdir(), "flaghoist-pack-"));
// npm passes its own options to scripts as environment variables. The options of `npm run pack` do not apply to this call.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?:config|package)_/i.test(name)));

try {
  const dist = join(work, "dist");
  const build = ["--import", "tsx", "scripts/build.ts", dist];
  execFileSync(process.execPath, build, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
  mkdirSync(target, { recursive: true });
  const pack = ["pack", "--silent", "--pack-destination", target];
  const name = execFileSync("npm", pack, { cwd: dist, env, encoding: "utf8" }).trim();
  const tarball = join(target, name);
  console.log(`${relative(process.cwd(), tarball)}  ${Math.ceil(statSync(tarball).size / 1024)} KiB`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
