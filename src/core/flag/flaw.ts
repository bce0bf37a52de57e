import { type Flag, type Serve, WHOLE } from "./flag.ts";

/**
 * Why a flag cannot be evaluated at all, or undefined. Files and rows are checked before they become a {@link Flag}; this
 * keeps a flag that was put together by a program from answering with a value that it does not have.
 */
export function flawOf(flag: Flag): string | undefined {
  const serves = [...flag.rules.map(({ serve }) => serve), flag.serve];
  const named = [flag.offVariant, flag.fallback, ...serves.flatMap(variantsOf)];
  const unknown = named.find((variant) => !Object.hasOwn(flag.variants, variant));
  if (unknown !== undefined) return `flag "${flag.key}" has no variant "${unknown}"`;
  const isPartial = serves.some((serve) => "split" in serve && sumOf(serve.split) !== WHOLE);
  return isPartial ? `a split of flag "${flag.key}" does not add up to 100 %` : undefined;
}

function variantsOf(serve: Serve): readonly string[] {
  return "variant" in serve ? [serve.variant] : serve.split.map(({ variant }) => variant);
}

function sumOf(parts: readonly { readonly share: number }[]): number {
  return parts.reduce((sum, { share }) => sum + share, 0);
}
