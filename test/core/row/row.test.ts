import { expect, test } from "vitest";
import { FIELD_GROUPS, FLAG_COLUMN_KINDS } from "../../../src/core/row/row.ts";

test("every column that the files decide belongs to exactly one field group", () => {
  // A column without a group would never be compared, so a change of it would never be written.
  expect(Object.values(FIELD_GROUPS).flat().sort()).toEqual(Object.keys(FLAG_COLUMN_KINDS).sort());
});
