import type { FlagKey, Requirement } from "./flag.ts";

/** The maximum number of requirements in a chain. */
export const MAX_REQUIREMENT_DEPTH = 10;

/**
 * Returns the length of the longest chain of requirements below each flag: 0 without requirements. A flag whose chains
 * are longer than {@link MAX_REQUIREMENT_DEPTH} or circular is left out, and its requirements are never met. The
 * function does not recurse, so a long chain cannot overflow the stack.
 *
 * @param requirements  the requirements of each flag, without overridden and disabled flags, whose requirements are
 *   never evaluated
 */
export function requirementDepths(
  requirements: ReadonlyMap<FlagKey, readonly Requirement[]>,
): ReadonlyMap<FlagKey, number> {
  const depths = new Map<FlagKey, number>();
  let open: readonly FlagKey[] = [...requirements.keys()];
  // A flag that is not listed requires nothing, so it ends a chain.
  const isSettled = ({ flag }: Requirement) => !requirements.has(flag) || depths.has(flag);
  for (let depth = 0; depth <= MAX_REQUIREMENT_DEPTH && open.length > 0; depth += 1) {
    const settled = open.filter((key) => {
      const required = requirements.get(key) ?? [];
      return required.length === 0 || (depth > 0 && required.every(isSettled));
    });
    for (const key of settled) depths.set(key, depth);
    open = open.filter((key) => !depths.has(key));
  }
  return depths;
}
