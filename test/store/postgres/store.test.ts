import { describePostgres, freshDatabase, typeInPsql } from "../../support/postgres.ts";
import { storeContract } from "../contract.ts";

describePostgres("PostgreSQL", () => {
  storeContract({
    freshUrl: freshDatabase,
    type: typeInPsql,
    withoutChecks: async (url, sql) => {
      const alter = (how: string) => `ALTER TABLE feature_toggles ${how} TRIGGER feature_toggles_stamp`;
      await typeInPsql(url, [alter("DISABLE"), sql, alter("ENABLE")].join(";"));
    },
    byHand: "postgres@psql",
  });
});
