/** The parts of package.json that the build reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  /** Maps each entry point to its source file. */
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * Returns the published package.json. It has no development settings, and only the dependencies that the entry points
 * load, as ranges. The bundle of the command line contains its own dependencies.
 *
 * @param packages  those that the entry points load, at once or later
 * @throws Error when one of them is declared nowhere
 */
export function publishedManifest(manifest: Manifest, packages: readonly string[]) {
  const {
    name,
    version,
    description,
    license,
    engines,
    dependencies,
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = manifest;
  const undeclared = packages.filter((used) => !(used in dependencies) && !(used in peerDependencies));
  if (undeclared.length > 0)
    throw new Error(`the entry points load ${undeclared.join(", ")}, which package.json does not declare`);
  const used = Object.entries(dependencies).filter(([dependency]) => packages.includes(dependency));
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines,
    bin: { hoist: "./cli/bin.js" },
    files: ["cli", "src", "schema", "flags", ".github"],
    exports: Object.fromEntries([
      ...Object.entries(manifest.exports).map(([name, file]) => [name, compiled(file)] as const),
      ["./package.json", "./package.json"] as const,
    ]),
    dependencies: Object.fromEntries(used.map(([dependency, range]) => [dependency, compatible(range)])),
    peerDependencies,
    peerDependenciesMeta,
  };
}

function compiled(file: string) {
  const base = file.replace(/\.tsx?$/, "");
  return { types: `${base}.d.ts`, default: `${base}.js` };
}

/**
 * Turns an exact version into a range, so that an application can install fixes. The repository itself uses exact
 * versions.
 */
function compatible(range: string): string {
  return /^\d/.test(range) ? `^${range}` : range;
}
