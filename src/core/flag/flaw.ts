import { type Flag, type Serve, WHOLE } from "./flag.ts";
import { ceilingsOf, variantsIn } from "./serving-rules.ts";

/**
 * Returns why a flag cannot be evaluated; undefined if it can. Files and rows are checked before they become a {@link
 * Flag}; this check covers flags that a program creates itself.
 */
export function flawOf(flag: Flag): string | undefined {
  const serves = [...flag.rules.map(({ serve }) => serve), flag.serve];
  const named = [flag.offVariant, flag.fallback, ...serves.flatMap(variantsIn)];
  const unknown = named.find((variant) => !Object.hasOwn(flag.variants, variant));
  if (unknown !== undefined) return `flag "${flag.key}" has no variant "${unknown}"`;
  return serves.every(isWhole) ? undefined : `a split of flag "${flag.key}" does not add up to 100 %`;
}

function isWhole(serve: Serve): boolean {
  return "variant" in serve || ceilingsOf(serve).at(-1) === WHOLE;
}
