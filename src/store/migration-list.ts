// Generated from migrations/ by `npm run generate`. Do not edit.

/**
 * Lists the migrations in order; the nth one leads to schema version n. `oldestReader` is the oldest schema version whose
 * programs can use a database after the migration.
 */
export const MIGRATIONS = [
  { name: "0001_initial", oldestReader: 1 },
  { name: "0002_guarded", oldestReader: 1 },
] as const;
