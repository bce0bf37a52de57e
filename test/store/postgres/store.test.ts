import { describePostgres, freshDatabase, typeInPsql } from "../../support/postgres.ts";
import { storeContract } from "../contract.ts";

describePostgres("PostgreSQL", () => {
  storeContract({ freshUrl: freshDatabase, type: typeInPsql, byHand: "postgres@psql" });
});
