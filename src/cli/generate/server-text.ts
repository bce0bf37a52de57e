import { definitionOf, GENERATED, type Generated } from "./definitions-text.ts";
import { commentText, literalText } from "./literal.ts";

/**
 * The server module: registers every flag's definition with the default client and gives its functions, typed. It is what
 * tests mock. Of the definitions module it imports types alone, which need no resolving when the code runs: the same file
 * works wherever `./definitions.js` is only understood by the compiler.
 */
export function serverText({ flags }: Generated): string {
  const definitions = Object.fromEntries(flags.map((flag) => [flag.key, { ...definitionOf(flag) }]));
  return `${GENERATED}

import {
  checkFeatures as checkAny,
  configureFlags,
  type FlagDefinitions,
  getFeatureFlags as getAny,
  isFeatureEnabled as isAnyEnabled,
  type ToggleUpdates,
  type UpdatedToggle,
  updateToggle as updateAny,
} from "flaghoist";
import type {
  BooleanFlagKey,
  FlagContext,
  FlagKey,
  FlagValues,
} from "./definitions.js";

export { closeFlags, getAllToggles } from "flaghoist";
export type * from "./definitions.js";

${commentText("What answers while there is no data at all. Names every flag: for servers only.", "")}
export const definitions = ${literalText(definitions)} as const satisfies FlagDefinitions;

configureFlags({ definitions });

${commentText("Whether a flag is on for this context.", "")}
export function isFeatureEnabled(
  key: BooleanFlagKey,
  context?: FlagContext,
): Promise<boolean> {
  return isAnyEnabled(key, context);
}

${commentText("Several flags at once, all of one revision.", "")}
export function checkFeatures<Key extends BooleanFlagKey>(
  keys: readonly Key[],
  context?: FlagContext,
): Promise<Record<Key, boolean>> {
  return checkAny(keys, context);
}

${commentText("The value of every flag for this context, all of one revision.", "")}
export async function getFeatureFlags(
  context?: FlagContext,
): Promise<FlagValues> {
  const values: object = await getAny(context);
  return values as FlagValues;
}

${commentText("Opens a pull request that changes a flag where this program runs.", "")}
export function updateToggle(
  key: FlagKey,
  updates: ToggleUpdates,
  adminUserId: string,
  notes?: string,
): Promise<UpdatedToggle> {
  return updateAny(key, updates, adminUserId, notes);
}
`;
}
