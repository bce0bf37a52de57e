-- Roles, grants and row-level security of Flaghoist. Run it as an administrator after `hoist db migrate`; running it again
-- changes nothing.
-- These roles cannot log in. Grant them to the users that do, e.g.  GRANT {prefix}_sync TO deploy;
BEGIN;
SET LOCAL search_path = {schema}, pg_temp;

-- {prefix}_owner (for migrations): owns the tables
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_owner') THEN CREATE ROLE {prefix}_owner NOLOGIN; END IF;
END $$;

-- {prefix}_sync (for `hoist sync` and `hoist plan`): writes flags; cannot delete rows or change tables
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_sync') THEN CREATE ROLE {prefix}_sync NOLOGIN; END IF;
END $$;

-- {prefix}_evaluator (for applications): reads the flags, writes its own heartbeat
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_evaluator') THEN CREATE ROLE {prefix}_evaluator NOLOGIN; END IF;
END $$;

-- {prefix}_operator (for people on call and dashboards): runs the emergency statements, reads the audit
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_operator') THEN CREATE ROLE {prefix}_operator NOLOGIN; END IF;
END $$;

-- {prefix}_reader (for `hoist status` and reports): reads everything except the audit
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_reader') THEN CREATE ROLE {prefix}_reader NOLOGIN; END IF;
END $$;

-- {prefix}_browser (for browser applications that query the database directly): reads which client flags are enabled, but no targets
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_browser') THEN CREATE ROLE {prefix}_browser NOLOGIN; END IF;
END $$;

-- The trigger functions run with the rights of the owner.
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA {schema} TO {prefix}_owner;
ALTER TABLE feature_toggles OWNER TO {prefix}_owner;
ALTER TABLE feature_toggle_audit OWNER TO {prefix}_owner;
ALTER TABLE flaghoist_head OWNER TO {prefix}_owner;
ALTER TABLE flaghoist_actor OWNER TO {prefix}_owner;
ALTER TABLE flaghoist_syncs OWNER TO {prefix}_owner;
ALTER TABLE flaghoist_instances OWNER TO {prefix}_owner;
ALTER TABLE flaghoist_migrations OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_head_forward() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_audit_keep() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_changed_by() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_is_percentage(jsonb) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_is_object_of_lists(jsonb) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_serve_problem(text, jsonb, jsonb) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_row_problem(feature_toggles) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_kill() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_stamp() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_state(feature_toggles) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_lock() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_next_revision() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_record(uuid, text, text, jsonb, jsonb, bigint) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_inserted() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_updated() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_deleted() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_actor_bind() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_actor_stays() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_forbidden_name(jsonb) OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_instances_own() OWNER TO {prefix}_owner;
ALTER FUNCTION flaghoist_instances_forget() OWNER TO {prefix}_owner;
REVOKE ALL ON FUNCTION
  flaghoist_head_forward(),
  flaghoist_audit_keep(),
  flaghoist_changed_by(),
  flaghoist_is_percentage(jsonb),
  flaghoist_is_object_of_lists(jsonb),
  flaghoist_serve_problem(text, jsonb, jsonb),
  flaghoist_row_problem(feature_toggles),
  flaghoist_kill(),
  flaghoist_stamp(),
  flaghoist_state(feature_toggles),
  flaghoist_lock(),
  flaghoist_next_revision(),
  flaghoist_record(uuid, text, text, jsonb, jsonb, bigint),
  flaghoist_inserted(),
  flaghoist_updated(),
  flaghoist_deleted(),
  flaghoist_actor_bind(),
  flaghoist_actor_stays(),
  flaghoist_forbidden_name(jsonb),
  flaghoist_instances_own(),
  flaghoist_instances_forget()
  FROM PUBLIC;

-- What browsers may see: no rules, targets or ids. Disabled flags are included; otherwise they could not be told
-- apart from missing ones.
CREATE OR REPLACE VIEW client_flags WITH (security_barrier) AS
  SELECT feature_key, display_name, enabled FROM feature_toggles WHERE client AND archived_at IS NULL;
ALTER VIEW client_flags OWNER TO {prefix}_owner;

-- Each role has exactly the rights that follow.
REVOKE ALL ON feature_toggles, feature_toggle_audit, flaghoist_head, flaghoist_actor, flaghoist_syncs, flaghoist_instances,
  flaghoist_migrations, client_flags
  FROM PUBLIC, {prefix}_sync, {prefix}_evaluator, {prefix}_operator, {prefix}_reader, {prefix}_browser;
GRANT USAGE ON SCHEMA {schema}
  TO {prefix}_sync, {prefix}_evaluator, {prefix}_operator, {prefix}_reader, {prefix}_browser;
GRANT SELECT, INSERT, UPDATE ON feature_toggles TO {prefix}_sync;
GRANT SELECT, UPDATE (commit_sha, epoch) ON flaghoist_head TO {prefix}_sync;
GRANT SELECT, UPDATE ON flaghoist_actor TO {prefix}_sync;
GRANT SELECT, INSERT ON flaghoist_syncs TO {prefix}_sync;
GRANT SELECT ON feature_toggle_audit, flaghoist_instances, flaghoist_migrations TO {prefix}_sync;
GRANT SELECT ON feature_toggles, flaghoist_head TO {prefix}_evaluator;
GRANT SELECT, INSERT, UPDATE ON flaghoist_instances TO {prefix}_evaluator;
GRANT SELECT, UPDATE (enabled, rollout_strategy, rollout_percentage, target_config) ON feature_toggles
  TO {prefix}_operator;
GRANT SELECT ON feature_toggle_audit, flaghoist_head, flaghoist_syncs, flaghoist_instances TO {prefix}_operator;
GRANT SELECT ON feature_toggles, flaghoist_head, flaghoist_syncs, flaghoist_instances TO {prefix}_reader;
GRANT SELECT ON client_flags TO {prefix}_browser;

-- Row-level security: a second layer of protection in addition to the grants. It is not forced, so that the owner and the
-- triggers see all rows.
ALTER TABLE feature_toggles ENABLE ROW LEVEL SECURITY;
ALTER TABLE feature_toggle_audit ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS flaghoist_read ON feature_toggles;
CREATE POLICY flaghoist_read ON feature_toggles FOR SELECT
  TO {prefix}_sync, {prefix}_evaluator, {prefix}_operator, {prefix}_reader USING (true);
DROP POLICY IF EXISTS flaghoist_add ON feature_toggles;
CREATE POLICY flaghoist_add ON feature_toggles FOR INSERT TO {prefix}_sync WITH CHECK (true);
DROP POLICY IF EXISTS flaghoist_change ON feature_toggles;
CREATE POLICY flaghoist_change ON feature_toggles FOR UPDATE TO {prefix}_sync, {prefix}_operator USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS flaghoist_read ON feature_toggle_audit;
CREATE POLICY flaghoist_read ON feature_toggle_audit FOR SELECT TO {prefix}_sync, {prefix}_operator USING (true);
COMMIT;
