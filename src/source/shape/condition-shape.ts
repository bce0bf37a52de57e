import { z } from "zod";
import type { JsonObject } from "../../core/json.ts";
import { KEY_PATTERN } from "./key.ts";
import { SHARE_PATTERN } from "./share.ts";

// Shapes use no refinement and no transform, because JSON Schema cannot express them. An editor shows `description` on hover,
// and `errorMessage` completes "expected …" in messages.

export const keyShape = z.string().max(64).regex(KEY_PATTERN).meta({
  errorMessage: "lower-case letters and digits, in words joined by _ or -, at most 64 characters",
});

export const attributeShape = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_.-]*$/)
  .meta({
    errorMessage: "the name of an attribute: a letter, then letters, digits, _, . or -",
  });

export const variantShape = z
  .string()
  .max(64)
  .regex(/^(?![0-9]+$)[A-Za-z0-9][A-Za-z0-9_.-]*$/)
  .meta({
    errorMessage: "the name of a variant: letters, digits, _, . and -, not only digits, at most 64 characters",
  });

export const shareShape = z.string().regex(SHARE_PATTERN).meta({
  description: "A share of the subjects, from 0% to 100%, with at most 3 decimals.",
  errorMessage: "a share such as 25% or 33.333%",
});

export const dayShape = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
  .meta({
    errorMessage: "a date, YYYY-MM-DD, such as 2027-03-01",
  });

const scalarShape = z.union([z.string(), z.number(), z.boolean()]);
const equalsShape = z.union([scalarShape, z.array(scalarShape).min(1)]).meta({
  errorMessage: "a value or a list of values",
});
const textsShape = z
  .union([z.string(), z.array(z.string()).min(1)])
  .meta({ errorMessage: "a string or a list of strings" });
const momentShape = z
  .string()
  .meta({ errorMessage: "a date (2027-03-01) or a time with its offset (2027-03-01T09:00:00Z)" });

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
    not: equalsShape.meta({ description: "Equals none of these values." }).optional(),
    contains: textsShape.meta({ description: "Contains one of these strings." }).optional(),
    startsWith: textsShape.meta({ description: "Starts with one of these strings." }).optional(),
    endsWith: textsShape.meta({ description: "Ends with one of these strings." }).optional(),
    gt: z.number().meta({ description: "Is greater than this number." }).optional(),
    gte: z.number().meta({ description: "Is this number or greater." }).optional(),
    lt: z.number().meta({ description: "Is less than this number." }).optional(),
    lte: z.number().meta({ description: "Is this number or less." }).optional(),
    before: momentShape.meta({ description: "Is earlier than this date or time." }).optional(),
    after: momentShape.meta({ description: "Is later than this date or time." }).optional(),
    semver: z
      .string()
      .meta({
        description: 'Is a version in this npm range, in quotes: ">=5.5 <7".',
        errorMessage: 'a version range in quotes, such as ">=5.5"',
      })
      .optional(),
    exists: z.boolean().meta({ description: "true: the context has the attribute. false: it does not." }).optional(),
  } satisfies Record<Operator, z.ZodType>)
  .meta({ description: "One or more operators; all of them must hold." });

const matcherShape = z.union([scalarShape, z.array(scalarShape).min(1), operatorsShape]).meta({
  id: "Matcher",
  description:
    "A value: the attribute equals it. A list: the attribute is one of them. A mapping: operators, all of which must hold.",
  errorMessage: "a value, a list of values, or a mapping of operators",
});

const segmentNameShape = z.string().min(1);

/** Describes a condition as written. Its type is plain JSON: `parseCondition` in core reads it further. */
export const conditionShape: z.ZodType<JsonObject> = z
  .lazy(
    () =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is a mapping of JSON; the recursion has no other type
      z
        .object({
          any: z
            .array(conditionShape)
            .min(1)
            .meta({ description: "At least one of these conditions holds." })
            .optional(),
          all: z.array(conditionShape).min(1).meta({ description: "All of these conditions hold." }).optional(),
          none: z
            .array(conditionShape)
            .min(1)
            .meta({ description: "None of these conditions holds. A missing attribute does not satisfy `none`." })
            .optional(),
          segment: z
            .union([segmentNameShape, z.array(segmentNameShape).min(1)])
            .meta({
              description: "Belongs to this segment, or to one of these segments.",
              errorMessage: "the name of a segment or a list of names",
            })
            .optional(),
        })
        .catchall(matcherShape) as unknown as z.ZodType<JsonObject>,
  )
  .meta({
    id: "Condition",
    description: "Who matches: attributes of the context, any, all, none and segment. All entries must hold.",
    errorMessage: "a mapping of attributes, such as { userRole: admin }",
  });
