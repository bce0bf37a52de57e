import { z } from "zod";
import type { JsonObject } from "../../core/json.ts";
import { KEY_PATTERN } from "./key.ts";
import { SHARE_PATTERN } from "./share.ts";

// Shape only: no refinement and no transform stands in these files, because a JSON Schema cannot say them. `description`
// is what an editor shows on hover, `errorMessage` completes "expected …" in editor and command line alike.

export const keyShape = z.string().max(64).regex(KEY_PATTERN).meta({
  errorMessage: "lower case letters and digits, in words joined by _ or -, at most 64 characters",
});

export const attributeShape = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_.-]*$/)
  .meta({
    errorMessage: "an attribute's name: a letter, then letters, digits, _, . or -",
  });

export const variantShape = z
  .string()
  .max(64)
  .regex(/^(?![0-9]+$)[A-Za-z0-9][A-Za-z0-9_.-]*$/)
  .meta({
    errorMessage: "a variant's name: letters, digits, _, . and -, not digits alone, at most 64 characters",
  });

export const shareShape = z.string().regex(SHARE_PATTERN).meta({
  description: "A share of the subjects, 0% to 100%, at most 3 decimals.",
  errorMessage: "a share such as 25% or 33.333%",
});

export const dayShape = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
  .meta({
    errorMessage: "a day such as 2027-03-01",
  });

const scalarShape = z.union([z.string(), z.number(), z.boolean()]);
const equalsShape = z.union([scalarShape, z.array(scalarShape).min(1)]).meta({
  errorMessage: "one value or a list of values",
});
const textsShape = z
  .union([z.string(), z.array(z.string()).min(1)])
  .meta({ errorMessage: "one text or a list of texts" });
const momentShape = z.string().meta({ errorMessage: "a day (2027-03-01) or a moment with its offset" });

export const OPERATORS = [
  "not",
  "contains",
  "startsWith",
  "endsWith",
  "gt",
  "gte",
  "lt",
  "lte",
  "before",
  "after",
  "semver",
  "exists",
] as const;
export type Operator = (typeof OPERATORS)[number];

const operatorsShape = z
  .strictObject({
    not: equalsShape.meta({ description: "Equals none of these." }).optional(),
    contains: textsShape.meta({ description: "Contains one of these texts." }).optional(),
    startsWith: textsShape.meta({ description: "Starts with one of these texts." }).optional(),
    endsWith: textsShape.meta({ description: "Ends with one of these texts." }).optional(),
    gt: z.number().meta({ description: "Is greater." }).optional(),
    gte: z.number().meta({ description: "Is greater or equal." }).optional(),
    lt: z.number().meta({ description: "Is less." }).optional(),
    lte: z.number().meta({ description: "Is less or equal." }).optional(),
    before: momentShape.meta({ description: "Is earlier than this day or moment." }).optional(),
    after: momentShape.meta({ description: "Is later than this day or moment." }).optional(),
    semver: z
      .string()
      .meta({
        description: 'A version in this npm range, quoted: ">=5.5 <7".',
        errorMessage: 'a quoted version range such as ">=5.5"',
      })
      .optional(),
    exists: z.boolean().meta({ description: "Whether the context has the attribute at all." }).optional(),
  } satisfies Record<Operator, z.ZodType>)
  .meta({ description: "One or more operators; all of them must hold." });

const matcherShape = z.union([scalarShape, z.array(scalarShape).min(1), operatorsShape]).meta({
  id: "Matcher",
  description: "A value: equals. A list: one of. A mapping: operators, all of which must hold.",
  errorMessage: "a value, a list of values, or a mapping of operators",
});

const segmentNameShape = z.string().min(1);

/** A condition as written. Typed as the JSON that it is: `parseCondition` of core reads it further. */
export const conditionShape: z.ZodType<JsonObject> = z
  .lazy(
    () =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a mapping of JSON in any case; the recursion has no other type
      z
        .object({
          any: z.array(conditionShape).min(1).meta({ description: "At least one of these conditions." }).optional(),
          all: z.array(conditionShape).min(1).meta({ description: "All of these conditions." }).optional(),
          none: z
            .array(conditionShape)
            .min(1)
            .meta({ description: "None of these conditions; a missing attribute is not a none." })
            .optional(),
          segment: z
            .union([segmentNameShape, z.array(segmentNameShape).min(1)])
            .meta({
              description: "Member of this segment, or of one of these.",
              errorMessage: "a segment's name or a list of names",
            })
            .optional(),
        })
        .catchall(matcherShape) as unknown as z.ZodType<JsonObject>,
  )
  .meta({
    id: "Condition",
    description:
      "Who: attributes of the context, all of which must match. any, all, none and segment stand beside them.",
    errorMessage: "a mapping of attributes",
  });
