import { definitionOf, GENERATED, type Generated } from "./definitions-text.ts";
import { commentText, literalText } from "./literal.ts";

/**
 * Returns the server module: it registers the definitions of all flags with the default client and exports its functions with
 * the types of these flags. Tests mock it. It imports only types from the definitions module, so it also works where only the
 * compiler can resolve `./definitions.js`.
 */
export function serverText({ flags }: Generated): string {
  const definitions = Object.fromEntries(flags.map((flag) => [flag.key, { ...definitionOf(flag) }]));
  const about =
    "What flags serve while no flag data is available. It names every flag, so do not import it in a browser.";
  return [
    GENERATED,
    IMPORTS,
    `${commentText(about, "")}\nexport const definitions = ${literalText(definitions)} as const satisfies FlagDefinitions;`,
    "configureFlags({ definitions });",
    ...FUNCTIONS,
  ]
    .join("\n\n")
    .concat("\n");
}

const IMPORTS = `import {
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
export type * from "./definitions.js";`;

const FUNCTIONS = [
  `/** Returns whether a flag is on for this context. */
export function isFeatureEnabled(
  key: BooleanFlagKey,
  context?: FlagContext,
): Promise<boolean> {
  return isAnyEnabled(key, context);
}`,

  `/** Returns whether each of these flags is on, all from one revision. */
export function checkFeatures<Key extends BooleanFlagKey>(
  keys: readonly Key[],
  context?: FlagContext,
): Promise<Record<Key, boolean>> {
  return checkAny(keys, context);
}`,

  `/** Returns the values of all flags for this context, all from one revision. */
export async function getFeatureFlags(
  context?: FlagContext,
): Promise<FlagValues> {
  const values: object = await getAny(context);
  return values as FlagValues;
}`,

  `/** Opens a pull request that changes a flag in this program's environment. */
export function updateToggle(
  key: FlagKey,
  updates: ToggleUpdates,
  adminUserId: string,
  notes?: string,
): Promise<UpdatedToggle> {
  return updateAny(key, updates, adminUserId, notes);
}`,
];
