-- Oldest reader: 1
--
-- Guards the database against its own users: functions that nobody can redirect, an actor that is bound to its transaction,
-- heartbeats that belong to a login.
--
-- {schema} is the schema of the tables, which the migration runner inserts. All functions have a search path without it, and
-- every name of Flaghoist is qualified: anyone who may create objects in the schema, or temporary tables, could otherwise make a
-- function, an operator or a table that the owner's functions use instead of the real one.
SET LOCAL search_path = pg_catalog, pg_temp;

ALTER TABLE {schema}.flaghoist_head
  ADD COLUMN migration integer NOT NULL DEFAULT 1,
  ADD CONSTRAINT "epoch is at least 1" CHECK (epoch >= 1),
  ADD CONSTRAINT "revision is 0 to 9007199254740991" CHECK (revision BETWEEN 0 AND 9007199254740991);

ALTER TABLE {schema}.flaghoist_migrations ADD COLUMN oldest_reader integer NOT NULL DEFAULT 1;

ALTER TABLE {schema}.feature_toggle_audit ADD COLUMN epoch integer;

ALTER TABLE {schema}.flaghoist_actor ADD COLUMN transaction xid8;

ALTER TABLE {schema}.flaghoist_instances ADD COLUMN login text, ADD COLUMN push boolean;
DELETE FROM {schema}.flaghoist_instances
WHERE NOT coalesce(jsonb_typeof(overrides) = 'object' AND octet_length(overrides::text) <= 262144
  AND length(host) <= 255 AND pid >= 0 AND epoch >= 0 AND revision BETWEEN 0 AND 9007199254740991, false);
ALTER TABLE {schema}.flaghoist_instances
  ADD CONSTRAINT "overrides is a JSON object of at most 256 KiB" CHECK (
    jsonb_typeof(overrides) = 'object' AND octet_length(overrides::text) <= 262144),
  ADD CONSTRAINT "host has at most 255 characters" CHECK (length(host) <= 255),
  ADD CONSTRAINT "pid, epoch and revision are 0 to 9007199254740991" CHECK (
    pid >= 0 AND epoch >= 0 AND revision BETWEEN 0 AND 9007199254740991);

-- Not forced: the owner, and the trigger that removes old rows, see all rows. A row without a login was written before this
-- migration, and belongs to the process that updates it first.
ALTER TABLE {schema}.flaghoist_instances ENABLE ROW LEVEL SECURITY;
CREATE POLICY flaghoist_read ON {schema}.flaghoist_instances FOR SELECT USING (true);
CREATE POLICY flaghoist_add ON {schema}.flaghoist_instances FOR INSERT WITH CHECK (login = session_user);
CREATE POLICY flaghoist_change ON {schema}.flaghoist_instances FOR UPDATE
  USING (login IS NULL OR login = session_user) WITH CHECK (login = session_user);

-- Before each row of flaghoist_instances: a process reports for its own login, and not from the future.
CREATE FUNCTION {schema}.flaghoist_instances_own() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.login := session_user;
  NEW.seen_at := least(NEW.seen_at, now());
  RETURN NEW;
END $$;
CREATE TRIGGER flaghoist_instances_own BEFORE INSERT OR UPDATE ON {schema}.flaghoist_instances
  FOR EACH ROW EXECUTE FUNCTION {schema}.flaghoist_instances_own();

CREATE OR REPLACE FUNCTION {schema}.flaghoist_instances_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM {schema}.flaghoist_instances WHERE seen_at < now() - interval '7 days';
  RETURN NULL;
END $$;

-- Binds the actor to the transaction that names it: in any other transaction, the actor counts as empty.
-- Notes and a commit that another transaction left are removed, unless the statement replaces them.
CREATE FUNCTION {schema}.flaghoist_actor_bind() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.transaction IS DISTINCT FROM pg_current_xact_id() THEN
    IF NEW.notes = OLD.notes THEN NEW.notes := NULL; END IF;
    IF NEW.commit_sha = OLD.commit_sha THEN NEW.commit_sha := NULL; END IF;
  END IF;
  NEW.transaction := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER flaghoist_actor_bind BEFORE INSERT OR UPDATE ON {schema}.flaghoist_actor
  FOR EACH ROW EXECUTE FUNCTION {schema}.flaghoist_actor_bind();

CREATE FUNCTION {schema}.flaghoist_actor_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'flaghoist_actor must have exactly one row' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER flaghoist_actor_stays BEFORE DELETE OR TRUNCATE ON {schema}.flaghoist_actor
  FOR EACH STATEMENT EXECUTE FUNCTION {schema}.flaghoist_actor_stays();

CREATE OR REPLACE FUNCTION {schema}.flaghoist_head_forward() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'flaghoist_head must have exactly one row' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.epoch < OLD.epoch OR (NEW.epoch = OLD.epoch AND NEW.revision < OLD.revision)
     OR NEW.environment <> OLD.environment OR NEW.store_id <> OLD.store_id THEN
    RAISE EXCEPTION 'flaghoist_head only moves forward: environment and store_id never change, and epoch and revision never decrease'
      USING ERRCODE = 'check_violation';
  END IF;
  -- A sync increases it by at most 1001. An absurd number would leave none for the next epoch.
  IF NEW.epoch > OLD.epoch::bigint + 1001 THEN
    RAISE EXCEPTION 'epoch is % and can become at most % in one step', OLD.epoch, OLD.epoch::bigint + 1001
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION {schema}.flaghoist_audit_keep() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'feature_toggle_audit is append-only' USING ERRCODE = 'check_violation';
END $$;

-- The author of a change: the one that the sync named in this transaction, else the login and its application, e.g. deploy@psql.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_changed_by() RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT actor.changed_by FROM {schema}.flaghoist_actor actor WHERE actor.transaction = pg_current_xact_id()),
    session_user || coalesce('@' || nullif(current_setting('application_name'), ''), ''))
$$;

CREATE OR REPLACE FUNCTION {schema}.flaghoist_is_percentage(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN jsonb_typeof(value) = 'number'
    THEN value::numeric BETWEEN 0 AND 100 AND value::numeric = round(value::numeric, 3) ELSE false END
$$;

CREATE OR REPLACE FUNCTION {schema}.flaghoist_is_object_of_lists(value jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF jsonb_typeof(value) <> 'object' THEN RETURN false; END IF;
  IF EXISTS (SELECT 1 FROM jsonb_each(value) list WHERE jsonb_typeof(list.value) <> 'array') THEN RETURN false; END IF;
  RETURN NOT EXISTS (SELECT 1 FROM jsonb_each(value) list, jsonb_array_elements(list.value) item
                     WHERE jsonb_typeof(item.value) <> 'string');
END $$;

-- Returns a name in a JSON value, at any depth, that every JavaScript object has as a property; null if there is none. Names
-- are recognized by the quote, colon and space that follow them, which jsonb writes after names only.
CREATE FUNCTION {schema}.flaghoist_forbidden_name(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT (regexp_match(value::text, '"(__proto__|constructor|hasOwnProperty|isPrototypeOf|propertyIsEnumerable|prototype'
    '|toLocaleString|toString|valueOf|__defineGetter__|__defineSetter__|__lookupGetter__|__lookupSetter__)": '))[1]
$$;

-- Returns the problem of something served, or null. The sentence begins with `place`.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_serve_problem(place text, serve jsonb, variants jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  named constant text := (SELECT string_agg(name, ', ' ORDER BY name) FROM jsonb_object_keys(variants) name);
  part jsonb;
BEGIN
  IF jsonb_typeof(serve) = 'string' THEN
    IF variants ? (serve #>> '{}') THEN RETURN NULL; END IF;
    RETURN format('%s names variant %s, which the flag does not have; its variants: %s', place, serve, named);
  END IF;
  IF serve IS NULL OR jsonb_typeof(serve) <> 'object' OR serve - 'split' <> '{}' OR
     jsonb_typeof(serve -> 'split') IS DISTINCT FROM 'array' THEN
    RETURN format('%s is %s; it must be the name of a variant in double quotes or {"split": [{"variant": "blue", "percentage": 50}, …]}',
      place, coalesce(serve::text, 'missing'));
  END IF;
  FOR part IN SELECT jsonb_array_elements(serve -> 'split') LOOP
    IF jsonb_typeof(part) <> 'object' OR jsonb_typeof(part -> 'variant') IS DISTINCT FROM 'string' THEN
      RETURN format('%s has %s in its split; write {"variant": "blue", "percentage": 50}', place, part);
    END IF;
    IF NOT variants ? (part ->> 'variant') THEN
      RETURN format('%s names variant %s, which the flag does not have; its variants: %s', place, part -> 'variant', named);
    END IF;
    IF NOT coalesce({schema}.flaghoist_is_percentage(part -> 'percentage'), false) THEN
      RETURN format('%s gives variant %s the percentage %s; it must be 0 to 100 with at most 3 decimals', place,
        part -> 'variant', coalesce((part -> 'percentage')::text, 'null'));
    END IF;
  END LOOP;
  IF (SELECT count(*) <> count(DISTINCT p ->> 'variant') FROM jsonb_array_elements(serve -> 'split') p) THEN
    RETURN format('%s names a variant twice', place);
  END IF;
  IF (SELECT coalesce(sum((p ->> 'percentage')::numeric), 0) <> 100 FROM jsonb_array_elements(serve -> 'split') p) THEN
    RETURN format('the percentages of %s add up to %s; they must add up to exactly 100', place,
      (SELECT coalesce(sum((p ->> 'percentage')::numeric), 0) FROM jsonb_array_elements(serve -> 'split') p));
  END IF;
  RETURN NULL;
END $$;

-- Returns the problem of a row that an evaluator could not read, or null.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_row_problem(t {schema}.feature_toggles) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  rule jsonb;
  nth integer := 0;
  problem text;
BEGIN
  IF t.feature_key !~ '^[a-z][a-z0-9]*([_-][a-z0-9]+)*$' OR length(t.feature_key) > 64 THEN
    RETURN format('feature_key is %L; it must be lower-case words joined by single _ or -, must begin with a letter, and must have at most 64 characters', t.feature_key);
  END IF;
  IF t.rollout_strategy NOT IN ('all', 'percentage', 'whitelist', 'role') THEN
    RETURN format('rollout_strategy is %L; it must be all, percentage, whitelist or role', t.rollout_strategy);
  END IF;
  IF t.rollout_percentage NOT BETWEEN 0 AND 100 THEN
    RETURN format('rollout_percentage is %s; it must be 0 to 100', t.rollout_percentage);
  END IF;
  IF NOT {schema}.flaghoist_is_object_of_lists(t.target_config) THEN
    RETURN 'target_config must be an object of lists of strings, e.g. {"user_ids": ["user-42"]}';
  END IF;
  IF t.rollout_by = '' THEN
    RETURN 'rollout_by must be the name of an attribute, e.g. userId';
  END IF;
  IF NOT {schema}.flaghoist_is_object_of_lists(t.requires) THEN
    RETURN 'requires must be an object of lists of variants, e.g. {"other_flag": ["on"]}';
  END IF;
  IF t.flag_type NOT IN ('boolean', 'string', 'number', 'object') THEN
    RETURN format('flag_type is %L; it must be boolean, string, number or object', t.flag_type);
  END IF;
  IF jsonb_typeof(t.variants) <> 'object' THEN
    RETURN 'variants must be an object, e.g. {"on": true, "off": false}';
  END IF;
  IF t.flag_type = 'boolean' AND t.variants <> '{"on": true, "off": false}' THEN
    RETURN 'the variants of a boolean flag are always {"on": true, "off": false}';
  END IF;
  IF EXISTS (SELECT 1 FROM jsonb_each(t.variants) variant WHERE jsonb_typeof(variant.value) <> t.flag_type
             AND NOT (t.flag_type = 'object' AND jsonb_typeof(variant.value) = 'array')) THEN
    RETURN format('every value in variants must be of the type %s, as flag_type says', t.flag_type);
  END IF;
  IF NOT t.variants ? t.off_variant OR NOT t.variants ? t.fallback THEN
    RETURN format('off_variant is %L and fallback is %L; both must be names of variants', t.off_variant, t.fallback);
  END IF;
  IF t.salt ~ '[:#]' THEN
    RETURN format('salt is %L; it must contain neither : nor #', t.salt);
  END IF;
  IF jsonb_typeof(t.metadata) <> 'object' THEN
    RETURN 'metadata must be an object';
  END IF;
  IF jsonb_typeof(t.synced) <> 'object' THEN
    RETURN 'synced must be an object or null';
  END IF;
  IF jsonb_typeof(t.rules) <> 'array' THEN
    RETURN 'rules must be a list, e.g. [{"if": {"userRole": "admin"}, "serve": "on"}]';
  END IF;
  FOR rule IN SELECT jsonb_array_elements(t.rules) LOOP
    nth := nth + 1;
    IF jsonb_typeof(rule) <> 'object' OR jsonb_typeof(rule -> 'if') IS DISTINCT FROM 'object'
       OR coalesce(jsonb_typeof(rule -> 'name'), 'string') <> 'string'
       OR coalesce(jsonb_typeof(rule -> 'by'), 'string') <> 'string' OR rule ->> 'by' = ''
       OR rule - ARRAY['name', 'if', 'percentage', 'by', 'serve'] <> '{}' THEN
      RETURN format('rule %s must be an object with "if" (an object) and "serve", and optionally "name", "percentage" and "by"', nth);
    END IF;
    IF rule ? 'percentage' AND NOT {schema}.flaghoist_is_percentage(rule -> 'percentage') THEN
      RETURN format('the percentage of rule %s is %s; it must be 0 to 100 with at most 3 decimals', nth, rule -> 'percentage');
    END IF;
    problem := {schema}.flaghoist_serve_problem(format('serve of rule %s', nth), rule -> 'serve', t.variants);
    IF problem IS NOT NULL THEN RETURN problem; END IF;
  END LOOP;
  problem := coalesce({schema}.flaghoist_forbidden_name(t.target_config), {schema}.flaghoist_forbidden_name(t.rules),
    {schema}.flaghoist_forbidden_name(t.variants));
  IF problem IS NOT NULL THEN
    RETURN format('%I cannot be used as a name, because every JavaScript object has a property of this name', problem);
  END IF;
  RETURN {schema}.flaghoist_serve_problem('serve', t.serve, t.variants);
END $$;

-- Before each row that a statement disables or enables: marks a flag that is disabled by hand although git has disabled it, too.
-- The mark keeps it disabled when git enables it. Without the mark, the statement would change nothing and leave no trace.
CREATE FUNCTION {schema}.flaghoist_kill() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT NEW.enabled AND NEW.synced -> 'enabled' = 'false' AND NOT EXISTS (
    SELECT 1 FROM {schema}.flaghoist_actor actor
    WHERE actor.transaction = pg_current_xact_id() AND actor.changed_by IS NOT NULL) THEN
    NEW.synced := NEW.synced || '{"killed": true}';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER feature_toggles_kill BEFORE UPDATE OF enabled ON {schema}.feature_toggles
  FOR EACH ROW EXECUTE FUNCTION {schema}.flaghoist_kill();

-- Before each row: refuses a row that cannot be read, and writes the stamps. An UPDATE that changes nothing keeps its stamps.
-- An UPDATE that only disables a flag is never refused.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  disabled {schema}.feature_toggles;
  problem text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- A damaged type may be corrected.
    IF NEW.flag_type <> OLD.flag_type AND OLD.flag_type IN ('boolean', 'string', 'number', 'object') THEN
      RAISE EXCEPTION 'the type of a flag can never change: % is of the type %', OLD.feature_key, OLD.flag_type
        USING ERRCODE = 'check_violation', HINT = 'insert a new flag with another key';
    END IF;
    IF NEW.id <> OLD.id OR NEW.feature_key <> OLD.feature_key THEN
      RAISE EXCEPTION 'the id and the key of a flag can never change: %', OLD.feature_key
        USING ERRCODE = 'check_violation', HINT = 'insert a new flag';
    END IF;
    -- Without this, a percentage that is written alone would have no effect while the strategy is all.
    IF OLD.rollout_strategy = 'all' AND NEW.rollout_strategy = 'all'
       AND NEW.rollout_percentage < 100 AND NEW.rollout_percentage <> OLD.rollout_percentage THEN
      NEW.rollout_strategy := 'percentage';
    END IF;
    NEW.created_at := OLD.created_at;
    NEW.created_by := OLD.created_by;
    NEW.updated_at := OLD.updated_at;
    NEW.last_modified_by := OLD.last_modified_by;
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
    disabled := OLD;
    disabled.enabled := false;
    IF NEW.synced = OLD.synced || '{"killed": true}' THEN disabled.synced := NEW.synced; END IF;
  ELSE
    NEW.created_at := now();
    NEW.created_by := {schema}.flaghoist_changed_by();
  END IF;
  IF NEW IS DISTINCT FROM disabled THEN
    problem := {schema}.flaghoist_row_problem(NEW);
    IF problem IS NOT NULL THEN
      RAISE EXCEPTION '%: %', NEW.feature_key, problem USING ERRCODE = 'check_violation', TABLE = 'feature_toggles';
    END IF;
  END IF;
  NEW.updated_at := now();
  NEW.last_modified_by := {schema}.flaghoist_changed_by();
  RETURN NEW;
END $$;

-- Returns a row as the audit keeps it, without the four columns that triggers write.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_state(t {schema}.feature_toggles) RETURNS jsonb LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_jsonb(t) - ARRAY['created_at', 'updated_at', 'created_by', 'last_modified_by']
$$;

-- Before each statement: every writer locks the head first, so that no two writers wait for each other.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM {schema}.flaghoist_head FOR UPDATE;
  RETURN NULL;
END $$;

-- Increases the revision, and sends a notification when the transaction commits. The notification is only a hint: listeners
-- read the head.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_next_revision() RETURNS bigint LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head {schema}.flaghoist_head;
BEGIN
  UPDATE {schema}.flaghoist_head SET revision = revision + 1 RETURNING * INTO STRICT head;
  PERFORM pg_notify('flaghoist', format('%s:%s', head.epoch, head.revision));
  RETURN head.revision;
END $$;

-- Writes one row of the audit. A missing actor counts as an empty one: the change is recorded as a manual one.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_record(
  toggle_id uuid, feature_key text, action text, old_state jsonb, new_state jsonb, revision bigint)
RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO {schema}.feature_toggle_audit
    (toggle_id, feature_key, action, old_state, new_state, changed_by, notes, source, revision, commit_sha, epoch)
  SELECT $1, $2, $3, $4, $5, {schema}.flaghoist_changed_by(),
    left(CASE WHEN actor.changed_by IS NULL THEN nullif(current_setting('flaghoist.note', true), '') ELSE actor.notes END, 1000),
    CASE WHEN actor.changed_by IS NULL THEN 'sql' ELSE 'sync' END, $6, actor.commit_sha, head.epoch
  FROM {schema}.flaghoist_head head
    LEFT JOIN {schema}.flaghoist_actor actor ON actor.transaction = pg_current_xact_id()
$$;

CREATE OR REPLACE FUNCTION {schema}.flaghoist_inserted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM now_there) THEN RETURN NULL; END IF;
  next := {schema}.flaghoist_next_revision();
  PERFORM {schema}.flaghoist_record(t.id, t.feature_key, 'created', NULL, {schema}.flaghoist_state(t.row), next)
  FROM (SELECT n.id, n.feature_key, n::{schema}.feature_toggles AS row FROM now_there n ORDER BY n.feature_key) t;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION {schema}.flaghoist_updated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM now_there n JOIN was_there o USING (id) WHERE n IS DISTINCT FROM o) THEN RETURN NULL; END IF;
  next := {schema}.flaghoist_next_revision();
  PERFORM {schema}.flaghoist_record(c.id, c.feature_key, c.action, {schema}.flaghoist_state(c.was),
    {schema}.flaghoist_state(c.now), next)
  FROM (
    SELECT n.id, n.feature_key, o::{schema}.feature_toggles AS was, n::{schema}.feature_toggles AS now,
      CASE WHEN o.archived_at IS NULL AND n.archived_at IS NOT NULL THEN 'archived'
           WHEN o.archived_at IS NOT NULL AND n.archived_at IS NULL THEN 'restored'
           WHEN n.enabled AND NOT o.enabled THEN 'enabled'
           WHEN NOT n.enabled AND (o.enabled OR (n.synced ? 'killed' AND NOT o.synced ? 'killed')) THEN 'disabled'
           ELSE 'updated' END AS action
    FROM now_there n JOIN was_there o USING (id) WHERE n IS DISTINCT FROM o ORDER BY n.feature_key
  ) c;
  RETURN NULL;
END $$;

-- Records rows that were removed by hand. They are read before a TRUNCATE, because its trigger cannot see them.
CREATE OR REPLACE FUNCTION {schema}.flaghoist_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    IF NOT EXISTS (SELECT 1 FROM {schema}.feature_toggles) THEN RETURN NULL; END IF;
    next := {schema}.flaghoist_next_revision();
    PERFORM {schema}.flaghoist_record(t.id, t.feature_key, 'deleted', {schema}.flaghoist_state(t), NULL, next)
    FROM {schema}.feature_toggles t;
  ELSE
    IF NOT EXISTS (SELECT 1 FROM was_there) THEN RETURN NULL; END IF;
    next := {schema}.flaghoist_next_revision();
    PERFORM {schema}.flaghoist_record(t.id, t.feature_key, 'deleted', {schema}.flaghoist_state(t.row), NULL, next)
    FROM (SELECT o.id, o.feature_key, o::{schema}.feature_toggles AS row FROM was_there o ORDER BY o.feature_key) t;
  END IF;
  RETURN NULL;
END $$;

-- Only triggers call these functions.
REVOKE ALL ON FUNCTION
  {schema}.flaghoist_head_forward(),
  {schema}.flaghoist_audit_keep(),
  {schema}.flaghoist_actor_bind(),
  {schema}.flaghoist_actor_stays(),
  {schema}.flaghoist_changed_by(),
  {schema}.flaghoist_is_percentage(jsonb),
  {schema}.flaghoist_is_object_of_lists(jsonb),
  {schema}.flaghoist_forbidden_name(jsonb),
  {schema}.flaghoist_serve_problem(text, jsonb, jsonb),
  {schema}.flaghoist_row_problem({schema}.feature_toggles),
  {schema}.flaghoist_kill(),
  {schema}.flaghoist_stamp(),
  {schema}.flaghoist_state({schema}.feature_toggles),
  {schema}.flaghoist_lock(),
  {schema}.flaghoist_next_revision(),
  {schema}.flaghoist_record(uuid, text, text, jsonb, jsonb, bigint),
  {schema}.flaghoist_inserted(),
  {schema}.flaghoist_updated(),
  {schema}.flaghoist_deleted(),
  {schema}.flaghoist_instances_own(),
  {schema}.flaghoist_instances_forget()
  FROM PUBLIC;

COMMENT ON TABLE {schema}.flaghoist_migrations IS 'The applied schema migrations';
COMMENT ON COLUMN {schema}.flaghoist_migrations.checksum IS 'The SHA-256 of the migration file';
COMMENT ON COLUMN {schema}.flaghoist_migrations.oldest_reader IS 'The oldest schema version whose programs can use the database after this migration';
COMMENT ON TABLE {schema}.flaghoist_head IS 'One row: the identity and the state of this database';
COMMENT ON COLUMN {schema}.flaghoist_head.environment IS 'The environment that this database serves';
COMMENT ON COLUMN {schema}.flaghoist_head.store_id IS 'Identifies this database';
COMMENT ON COLUMN {schema}.flaghoist_head.epoch IS 'The history that the revisions belong to. A new epoch starts after a backup was restored';
COMMENT ON COLUMN {schema}.flaghoist_head.revision IS 'Increased by triggers with every change to a flag';
COMMENT ON COLUMN {schema}.flaghoist_head.commit_sha IS 'The commit that was synced last';
COMMENT ON COLUMN {schema}.flaghoist_head.schema_version IS 'The oldest schema version whose programs can use this database';
COMMENT ON COLUMN {schema}.flaghoist_head.migration IS 'The schema version: the number of the newest applied migration';
COMMENT ON TABLE {schema}.flaghoist_actor IS 'One row: the author of the changes that follow. A sync fills it inside its transaction and empties it again. While it is empty, changes are recorded as manual';
COMMENT ON COLUMN {schema}.flaghoist_actor.transaction IS 'The transaction that filled the row. In any other transaction, the row counts as empty';
COMMENT ON TABLE {schema}.flaghoist_syncs IS 'The syncs that committed something; the newest has the highest id';
COMMENT ON TABLE {schema}.flaghoist_instances IS 'The latest report of every running process';
COMMENT ON COLUMN {schema}.flaghoist_instances.login IS 'The login that the process uses. Only this login can change the row';
COMMENT ON COLUMN {schema}.flaghoist_instances.push IS 'Whether notifications of changes reach the process; false: it only polls; null: it did not say';
COMMENT ON TABLE {schema}.feature_toggles IS 'The flags. Programs evaluate these columns, so a manual UPDATE takes effect as written';
COMMENT ON COLUMN {schema}.feature_toggles.id IS 'Created by the database';
COMMENT ON COLUMN {schema}.feature_toggles.feature_key IS 'The name of the flag in code and of its file';
COMMENT ON COLUMN {schema}.feature_toggles.display_name IS 'The name that people read';
COMMENT ON COLUMN {schema}.feature_toggles.description IS 'What the flag does';
COMMENT ON COLUMN {schema}.feature_toggles.enabled IS 'false: everyone gets the off variant';
COMMENT ON COLUMN {schema}.feature_toggles.rollout_percentage IS '0 to 100, for the strategy percentage. Lowering it alone changes the strategy all to percentage';
COMMENT ON COLUMN {schema}.feature_toggles.rollout_strategy IS 'The default rollout, for everyone whom no rule served: all, percentage, whitelist or role';
COMMENT ON COLUMN {schema}.feature_toggles.target_config IS 'The lists of the strategies whitelist and role: roles, user_ids, workshop_ids, postal_codes or names of attributes, each with a list of strings';
COMMENT ON COLUMN {schema}.feature_toggles.rollout_by IS 'The attribute by which the default rollout counts subjects';
COMMENT ON COLUMN {schema}.feature_toggles.rules IS 'Evaluated in order before the default rollout: [{"name", "if", "percentage", "by", "serve"}]';
COMMENT ON COLUMN {schema}.feature_toggles.serve IS 'What the default rollout serves: a variant, or {"split": [{"variant", "percentage"}]}';
COMMENT ON COLUMN {schema}.feature_toggles.requires IS 'Flag → list of variants, one of which that flag must serve';
COMMENT ON COLUMN {schema}.feature_toggles.flag_type IS 'boolean, string, number or object; never changes';
COMMENT ON COLUMN {schema}.feature_toggles.variants IS 'Variant → value';
COMMENT ON COLUMN {schema}.feature_toggles.off_variant IS 'The variant of a flag that is disabled or killed';
COMMENT ON COLUMN {schema}.feature_toggles.fallback IS 'The variant that generated code serves when a program has no data';
COMMENT ON COLUMN {schema}.feature_toggles.salt IS 'The salt of the buckets; empty: the key';
COMMENT ON COLUMN {schema}.feature_toggles.client IS 'Whether browsers may see the value';
COMMENT ON COLUMN {schema}.feature_toggles.protected IS 'Whether every widening needs an acknowledgement';
COMMENT ON COLUMN {schema}.feature_toggles.metadata IS 'The metadata of the file, and owner, kind, expires and tags';
COMMENT ON COLUMN {schema}.feature_toggles.path IS 'The file of the flag; null for a row that was inserted by hand';
COMMENT ON COLUMN {schema}.feature_toggles.commit_sha IS 'The last commit that changed the row';
COMMENT ON COLUMN {schema}.feature_toggles.synced IS 'The values that the last sync wrote, and "killed": true if the flag was disabled by hand although git had disabled it; null for a row that was inserted by hand';
COMMENT ON COLUMN {schema}.feature_toggles.archived_at IS 'When the flag was archived; null while it is live';
COMMENT ON TABLE {schema}.feature_toggle_audit IS 'Every change to a flag. Append-only; rows remain when their flag is deleted, so toggle_id is not a foreign key';
COMMENT ON COLUMN {schema}.feature_toggle_audit.old_state IS 'The row before the change; null for created';
COMMENT ON COLUMN {schema}.feature_toggle_audit.new_state IS 'The row after the change; null for deleted';
COMMENT ON COLUMN {schema}.feature_toggle_audit.changed_by IS 'The author of the commit; for a manual change, login and application name';
COMMENT ON COLUMN {schema}.feature_toggle_audit.changed_at IS 'The time, by the clock of the database';
COMMENT ON COLUMN {schema}.feature_toggle_audit.notes IS 'The pull request and subject of the commit; for a manual change, the setting flaghoist.note. At most 1,000 characters are kept';
COMMENT ON COLUMN {schema}.feature_toggle_audit.source IS 'sync, or sql for a manual change';
COMMENT ON COLUMN {schema}.feature_toggle_audit.revision IS 'The revision that the change created';
COMMENT ON COLUMN {schema}.feature_toggle_audit.epoch IS 'The epoch of the revision; null for changes before this column existed';
COMMENT ON COLUMN {schema}.feature_toggle_audit.commit_sha IS 'The commit that caused the change; null for a manual change';

SET LOCAL search_path = {schema}, pg_temp;
