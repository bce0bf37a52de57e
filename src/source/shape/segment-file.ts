import { z } from "zod";
import { conditionShape } from "./condition-shape.ts";

/** Who, under a name: `flags/_segments/<name>.yaml`. */
export const segmentFileShape = z
  .strictObject({
    description: z.string().min(1).meta({ description: "Who they are, in a sentence." }),
    if: conditionShape,
  })
  .meta({
    title: "Segment",
    description: "A named condition that flags and other segments use. The file's name is its name.",
  });

export type SegmentFile = z.infer<typeof segmentFileShape>;
