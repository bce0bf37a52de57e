import { z } from "zod";
import { conditionShape } from "./condition-shape.ts";

/** Describes a segment file: `flags/_segments/<name>.yaml`. */
export const segmentFileShape = z
  .strictObject({
    description: z.string().min(1).meta({ description: "Who belongs to the segment, in one sentence." }),
    if: conditionShape,
  })
  .meta({
    title: "Segment",
    description: "A named condition that flags and other segments can use. The file name is the name of the segment.",
  });

export type SegmentFile = z.infer<typeof segmentFileShape>;
