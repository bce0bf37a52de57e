/** The parts of package.json that are read here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  /** Door → source file. */
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * package.json as it is published: nothing that only development needs, dependencies as ranges, and of them only those that
 * the doors load. What the CLI needs is inside its bundle.
 *
 * @param packages that the doors load, statically or later
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
    throw new Error(`the doors load ${undeclared.join(", ")}, which package.json does not declare`);
  const used = Object.entries(dependencies).filter(([dependency]) => packages.includes(dependency));
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines,
    bin: { hoist: "./cli/bin.js" },
    exports: Object.fromEntries([
      ...Object.entries(manifest.exports).map(([door, file]) => [door, compiled(file)] as const),
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

/** Here versions are exact, so that every run is the same; an application should be free to take a fix. */
function compatible(range: string): string {
  return /^\d/.test(range) ? `^${range}` : range;
}
