import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { fileUrl, freshFile, typeInSqlite } from "../../support/sqlite.ts";
import { storeContract } from "../contract.ts";

describe("SQLite", () => {
  storeContract({
    freshUrl: async () => fileUrl(freshFile()),
    type: (url, sql) => typeInSqlite(fileURLToPath(url), sql),
    byHand: "sql",
  });
});
