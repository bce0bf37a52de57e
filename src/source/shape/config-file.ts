import { z } from "zod";
import { attributeShape, keyShape, shareShape } from "./condition-shape.ts";

export const ATTRIBUTE_TYPES = ["string", "number", "boolean", "version", "date"] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

const attributeDeclarationShape = z
  .strictObject({
    type: z.enum(ATTRIBUTE_TYPES).meta({ description: "What conditions may ask of it." }),
    description: z.string().min(1).meta({ description: "What it says, for people." }).optional(),
    values: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .meta({ description: "The only values there are; others in a condition are errors." })
      .optional(),
    weights: z
      .array(z.number().min(0))
      .min(1)
      .meta({ description: "How common each value is, for the report of who flips only." })
      .optional(),
    from: z.enum(["server"]).meta({ description: "server: a browser cannot assert it." }).optional(),
  })
  .meta({ description: "One attribute of the evaluation context." });

const environmentShape = z
  .strictObject({
    workTree: z.boolean().meta({ description: "true: may be synced from files that are not committed." }).optional(),
    protected: z.boolean().meta({ description: "true: dangerous changes need an acknowledgement." }).optional(),
  })
  .meta({ description: "One environment; each has a database of its own." });

const policiesShape = z
  .strictObject({
    maxStep: shareShape.meta({ description: "The largest rise of a share that needs no acknowledgement." }).optional(),
    maxFlags: z
      .int()
      .min(1)
      .meta({ description: "How many flags one sync may change without acknowledgement." })
      .optional(),
    stagingFirst: z
      .boolean()
      .meta({ description: "true: nothing widens in a protected environment that the one before it does not have." })
      .optional(),
    maxExpiryDays: z.int().min(1).meta({ description: "How far ahead `expires` of a new flag may lie." }).optional(),
  })
  .meta({ description: "Limits that pull requests are held to." });

/** `flags/_config.yaml`. */
export const configFileShape = z
  .strictObject({
    environments: z
      .record(keyShape, environmentShape)
      .meta({ description: "In the order of promotion.", errorMessage: "a mapping of environments" }),
    attributes: z
      .record(attributeShape, attributeDeclarationShape)
      .meta({ description: "What conditions may ask for.", errorMessage: "a mapping of attributes" })
      .optional(),
    owners: z
      .record(z.string().min(1), z.string().min(1))
      .meta({
        description: 'Owner → who that is where code is reviewed, quoted: "@acme/workshops".',
        errorMessage: "a mapping of owners",
      })
      .optional(),
    policies: policiesShape.optional(),
  })
  .meta({
    title: "Flaghoist configuration",
    description: "What flag files may refer to, and the limits that they are held to.",
  });

export type ConfigFile = z.infer<typeof configFileShape>;
export type AttributeDeclaration = z.infer<typeof attributeDeclarationShape>;
