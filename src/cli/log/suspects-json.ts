import type { NetEffect, Suspect, Suspects } from "../../log/suspects.ts";
import { flipsData } from "../plan/plan-json.ts";
import { jsonText } from "../terminal/json-text.ts";

/** Returns suspects as JSON. Shares are 0 to 1. */
export function suspectsJson(found: Suspects): string {
  const data = {
    ...found,
    suspects: found.suspects.map(withFlipsData),
    nets: found.nets.map(withFlipsData),
    earlier: found.earlier && withFlipsData(found.earlier),
  };
  return jsonText(data);
}

function withFlipsData(effect: Suspect | NetEffect): object {
  return { ...effect, flips: effect.flips && flipsData(effect.flips) };
}
