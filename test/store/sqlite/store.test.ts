import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { fileUrl, freshFile, typeInSqlite } from "../../support/sqlite.ts";
import { storeContract } from "../contract.ts";

describe("SQLite", () => {
  storeContract({
    freshUrl: async () => fileUrl(freshFile()),
    type: (url, sql) => typeInSqlite(fileURLToPath(url), sql),
    withoutChecks: async (url, sql) => {
      const file = fileURLToPath(url);
      const trigger = await typeInSqlite(file, "SELECT sql FROM sqlite_master WHERE name = 'flaghoist_check_row'");
      const nothing = "CREATE TRIGGER flaghoist_check_row INSTEAD OF INSERT ON flaghoist_check BEGIN SELECT 1; END";
      const drop = "DROP TRIGGER flaghoist_check_row";
      await typeInSqlite(file, [drop, nothing, sql, drop, trigger].join(";"));
    },
    byHand: "sql",
  });
});
