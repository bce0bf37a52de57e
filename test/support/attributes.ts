import type { AttributeDeclaration } from "../../src/source/shape/config-file.ts";

/** A declared attribute with its name. */
export interface AttributeSpec extends Pick<AttributeDeclaration, "type"> {
  readonly name: string;
  readonly values?: readonly (string | number)[];
  readonly weights?: readonly number[];
  readonly missing?: string;
}

/** Returns the attributes as the configuration holds them. */
export function declared(attributes: readonly AttributeSpec[]): ReadonlyMap<string, AttributeDeclaration> {
  return new Map(
    attributes.map(({ name, type, values, weights, missing }) => [
      name,
      {
        type,
        ...(values && { values: [...values] }),
        ...(weights && { weights: [...weights] }),
        ...(missing && { missing }),
      },
    ]),
  );
}
