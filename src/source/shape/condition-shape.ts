import { z } from "zod";
import type { JsonObject } from "../../core/json.ts";
import { KEY_PATTERN } from "./key.ts";
import { type Operand, OPERATORS } from "./operators.ts";
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
    errorMessage: "the name of a variant: at most 64 letters, digits, _, . and -, but not digits alone",
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

const operandShapes: Readonly<Record<Operand, z.ZodType>> = {
  values: z.union([scalarShape, z.array(scalarShape).min(1)]).meta({ errorMessage: "a value or a list of values" }),
  texts: z.union([z.string(), z.array(z.string()).min(1)]).meta({ errorMessage: "a string or a list of strings" }),
  number: z.number(),
  moment: z.string().meta({ errorMessage: "a date (2027-03-01) or a time with its offset (2027-03-01T09:00:00Z)" }),
  range: z.string().meta({ errorMessage: 'a version range in quotes, such as ">=5.5"' }),
  boolean: z.boolean(),
};

const operatorShapes = Object.entries(OPERATORS).map(([name, { operand, description }]) => {
  return [name, operandShapes[operand].meta({ description }).optional()] as const;
});
const operatorsShape = z
  .strictObject(Object.fromEntries(operatorShapes))
  .meta({ description: "One or more operators; all of them must hold." });

const matcherShape = z.union([scalarShape, z.array(scalarShape).min(1), operatorsShape]).meta({
  id: "Matcher",
  description:
    "A value: the attribute equals it. A list: the attribute is one of them. A mapping: operators, all of which must hold.",
  errorMessage: "a value, a list of values, or a mapping of operators",
});

const segmentNameShape = z.string().min(1);

/** Describes a condition as written. Its type is plain JSON, which `parseCondition` in core parses. */
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
