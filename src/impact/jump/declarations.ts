import type { AttributeDeclaration } from "../../source/shape/config-file.ts";

/** The declared attributes of a configuration, by name. */
export type Declarations = ReadonlyMap<string, AttributeDeclaration>;

/** Returns the declared values of an attribute; none if it may have any value. */
export function valuesOf(declared: Declarations, attribute: string): readonly (string | number)[] {
  return declared.get(attribute)?.values ?? [];
}
