-- Everything goes into the first schema of the search path, which the functions keep: `SET search_path FROM CURRENT`.
-- The trigger functions run with their owner's rights, because who may switch a flag off need not be allowed to write the
-- head or the audit.

CREATE TABLE flaghoist_migrations (
  version    integer PRIMARY KEY,
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE flaghoist_migrations IS 'Which schema migrations were applied, with the SHA-256 of each file';

CREATE TABLE flaghoist_head (
  one            boolean PRIMARY KEY DEFAULT true CHECK (one),
  environment    text NOT NULL,
  store_id       uuid NOT NULL DEFAULT gen_random_uuid(),
  epoch          integer NOT NULL DEFAULT 1,
  revision       bigint NOT NULL DEFAULT 0,
  commit_sha     text,
  schema_version integer NOT NULL
);
COMMENT ON TABLE flaghoist_head IS 'One row: which database this is and which state it has';
COMMENT ON COLUMN flaghoist_head.environment IS 'The one environment that this database serves';
COMMENT ON COLUMN flaghoist_head.epoch IS 'Raise it after restoring a backup: revisions then start anew';
COMMENT ON COLUMN flaghoist_head.revision IS 'Moved by triggers with every change of a flag';
COMMENT ON COLUMN flaghoist_head.commit_sha IS 'The commit that was synced last';

CREATE FUNCTION flaghoist_head_forward() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'flaghoist_head has exactly one row' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.epoch < OLD.epoch OR (NEW.epoch = OLD.epoch AND NEW.revision < OLD.revision)
     OR NEW.environment <> OLD.environment OR NEW.store_id <> OLD.store_id THEN
    RAISE EXCEPTION 'flaghoist_head only moves forward: environment and store_id stay, epoch and revision never fall'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER flaghoist_head_forward BEFORE UPDATE OR DELETE ON flaghoist_head
  FOR EACH ROW EXECUTE FUNCTION flaghoist_head_forward();
CREATE TRIGGER flaghoist_head_stays BEFORE TRUNCATE ON flaghoist_head
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_head_forward();

CREATE TABLE flaghoist_actor (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  changed_by text,
  notes      text,
  commit_sha text
);
COMMENT ON TABLE flaghoist_actor IS 'One row: who writes. Sync fills it inside its transaction and empties it again; empty means somebody at a prompt';
INSERT INTO flaghoist_actor DEFAULT VALUES;

CREATE TABLE feature_toggles (
  id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  feature_key        text NOT NULL UNIQUE,
  display_name       text NOT NULL,
  description        text NOT NULL DEFAULT '',
  enabled            boolean NOT NULL DEFAULT false,
  rollout_percentage numeric(6,3) NOT NULL DEFAULT 100,
  rollout_strategy   text NOT NULL DEFAULT 'all',
  target_config      jsonb NOT NULL DEFAULT '{}',
  rollout_by         text NOT NULL DEFAULT 'userId',
  rules              jsonb NOT NULL DEFAULT '[]',
  serve              jsonb NOT NULL DEFAULT '"on"',
  requires           jsonb NOT NULL DEFAULT '{}',
  flag_type          text NOT NULL DEFAULT 'boolean',
  variants           jsonb NOT NULL DEFAULT '{"on": true, "off": false}',
  off_variant        text NOT NULL DEFAULT 'off',
  fallback           text NOT NULL DEFAULT 'off',
  salt               text NOT NULL DEFAULT '',
  client             boolean NOT NULL DEFAULT false,
  protected          boolean NOT NULL DEFAULT false,
  metadata           jsonb NOT NULL DEFAULT '{}',
  path               text,
  commit_sha         text,
  synced             jsonb,
  archived_at        timestamptz,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  created_by         text NOT NULL DEFAULT '',
  last_modified_by   text NOT NULL DEFAULT ''
);
COMMENT ON TABLE feature_toggles IS 'The flags. These columns are what evaluators read, so a hand-written UPDATE does what it says';
COMMENT ON COLUMN feature_toggles.id IS 'Made by the database';
COMMENT ON COLUMN feature_toggles.feature_key IS 'The flag''s name in code and the name of its file';
COMMENT ON COLUMN feature_toggles.display_name IS 'For people';
COMMENT ON COLUMN feature_toggles.description IS 'What it switches';
COMMENT ON COLUMN feature_toggles.enabled IS 'false: everybody gets the off variant';
COMMENT ON COLUMN feature_toggles.rollout_percentage IS '0 to 100, for the strategy percentage; changed alone to less than 100, it turns the strategy all into percentage';
COMMENT ON COLUMN feature_toggles.rollout_strategy IS 'The flag''s last line: all, percentage, whitelist or role';
COMMENT ON COLUMN feature_toggles.target_config IS 'roles, user_ids, workshop_ids, postal_codes or attribute names → list of strings';
COMMENT ON COLUMN feature_toggles.rollout_by IS 'The attribute that a percentage and a split of the last line tell subjects apart by';
COMMENT ON COLUMN feature_toggles.rules IS '[{"name", "if", "percentage", "by", "serve"}], asked in order before the last line';
COMMENT ON COLUMN feature_toggles.serve IS 'A variant, or {"split": [{"variant", "percentage"}]}';
COMMENT ON COLUMN feature_toggles.requires IS 'Flag → list of variants; all of them must hold';
COMMENT ON COLUMN feature_toggles.flag_type IS 'boolean, string, number or object; never changes';
COMMENT ON COLUMN feature_toggles.variants IS 'Name → value';
COMMENT ON COLUMN feature_toggles.off_variant IS 'Served when disabled or killed';
COMMENT ON COLUMN feature_toggles.fallback IS 'The code default, a variant';
COMMENT ON COLUMN feature_toggles.salt IS 'Names the flag''s shares; empty: the key';
COMMENT ON COLUMN feature_toggles.client IS 'Browsers may see its value';
COMMENT ON COLUMN feature_toggles.protected IS 'Every widening needs an acknowledgement';
COMMENT ON COLUMN feature_toggles.metadata IS 'The file''s mapping, and owner, kind, expires, tags';
COMMENT ON COLUMN feature_toggles.path IS 'The file it came from; null: inserted by hand';
COMMENT ON COLUMN feature_toggles.commit_sha IS 'The last commit that changed the row';
COMMENT ON COLUMN feature_toggles.synced IS 'What the last sync wrote; null: inserted by hand';
COMMENT ON COLUMN feature_toggles.archived_at IS 'null while the flag lives';
COMMENT ON COLUMN feature_toggles.created_at IS 'Written by trigger';
COMMENT ON COLUMN feature_toggles.updated_at IS 'Written by trigger';
COMMENT ON COLUMN feature_toggles.created_by IS 'Written by trigger';
COMMENT ON COLUMN feature_toggles.last_modified_by IS 'Written by trigger';

CREATE INDEX feature_toggles_key_enabled ON feature_toggles (feature_key, enabled);
CREATE INDEX feature_toggles_strategy ON feature_toggles (rollout_strategy);
-- new-checkout and new_checkout would both be FEATURE_NEW_CHECKOUT.
CREATE UNIQUE INDEX feature_toggles_environment_name ON feature_toggles (replace(feature_key, '-', '_'));

CREATE TABLE feature_toggle_audit (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  toggle_id   uuid NOT NULL,
  feature_key text NOT NULL,
  action      text NOT NULL CHECK (action IN ('created', 'enabled', 'disabled', 'updated', 'archived', 'restored', 'deleted')),
  old_state   jsonb,
  new_state   jsonb,
  changed_by  text NOT NULL,
  changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  notes       text,
  source      text NOT NULL CHECK (source IN ('sync', 'sql')),
  revision    bigint NOT NULL,
  commit_sha  text
);
COMMENT ON TABLE feature_toggle_audit IS 'Who changed what, when and why. Append-only, and outlives its flag: toggle_id is no foreign key';
COMMENT ON COLUMN feature_toggle_audit.toggle_id IS 'feature_toggles.id';
COMMENT ON COLUMN feature_toggle_audit.feature_key IS 'feature_toggles.feature_key';
COMMENT ON COLUMN feature_toggle_audit.action IS 'created, enabled, disabled, updated, archived, restored or deleted';
COMMENT ON COLUMN feature_toggle_audit.old_state IS 'The row before; null for created';
COMMENT ON COLUMN feature_toggle_audit.new_state IS 'The row after; null for deleted';
COMMENT ON COLUMN feature_toggle_audit.changed_by IS 'Author of the commit; by hand: login role @ application name';
COMMENT ON COLUMN feature_toggle_audit.changed_at IS 'By the clock of the database';
COMMENT ON COLUMN feature_toggle_audit.notes IS 'Pull request and subject; by hand: the setting flaghoist.note';
COMMENT ON COLUMN feature_toggle_audit.source IS 'sync, or sql for a statement typed by hand';
COMMENT ON COLUMN feature_toggle_audit.revision IS 'The revision that the change made';
COMMENT ON COLUMN feature_toggle_audit.commit_sha IS 'The commit that the change came with';

CREATE INDEX feature_toggle_audit_feature ON feature_toggle_audit (feature_key, changed_at DESC);
CREATE INDEX feature_toggle_audit_user ON feature_toggle_audit (changed_by, changed_at DESC);
CREATE INDEX feature_toggle_audit_time ON feature_toggle_audit (changed_at);
CREATE INDEX feature_toggle_audit_by_hand ON feature_toggle_audit (feature_key, id) WHERE source = 'sql';

CREATE FUNCTION flaghoist_audit_keep() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  RAISE EXCEPTION 'feature_toggle_audit is append-only' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER feature_toggle_audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON feature_toggle_audit
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_audit_keep();

-- Who writes: the author that sync named, else the login role and what its program calls itself, e.g. deploy@psql.
CREATE FUNCTION flaghoist_changed_by() RETURNS text LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT coalesce(
    (SELECT changed_by FROM flaghoist_actor),
    session_user || coalesce('@' || nullif(current_setting('application_name'), ''), ''))
$$;

CREATE FUNCTION flaghoist_is_percentage(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS $$
  SELECT CASE WHEN jsonb_typeof(value) = 'number'
    THEN value::numeric BETWEEN 0 AND 100 AND value::numeric = round(value::numeric, 3) ELSE false END
$$;

CREATE FUNCTION flaghoist_is_object_of_lists(value jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT AS $$
BEGIN
  IF jsonb_typeof(value) <> 'object' THEN RETURN false; END IF;
  IF EXISTS (SELECT 1 FROM jsonb_each(value) list WHERE jsonb_typeof(list.value) <> 'array') THEN RETURN false; END IF;
  RETURN NOT EXISTS (SELECT 1 FROM jsonb_each(value) list, jsonb_array_elements(list.value) item
                     WHERE jsonb_typeof(item.value) <> 'string');
END $$;

-- What is wrong with something served, or null. `place` begins the sentence.
CREATE FUNCTION flaghoist_serve_problem(place text, serve jsonb, variants jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT AS $$
DECLARE
  named constant text := (SELECT string_agg(name, ', ' ORDER BY name) FROM jsonb_object_keys(variants) name);
  part jsonb;
BEGIN
  IF jsonb_typeof(serve) = 'string' THEN
    IF variants ? (serve #>> '{}') THEN RETURN NULL; END IF;
    RETURN format('%s names variant %s, which the flag does not have (it has %s)', place, serve, named);
  END IF;
  IF serve IS NULL OR jsonb_typeof(serve) <> 'object' OR serve - 'split' <> '{}' OR
     jsonb_typeof(serve -> 'split') IS DISTINCT FROM 'array' THEN
    RETURN format('%s is %s, it must be the name of a variant in double quotes or {"split": [{"variant": "blue", "percentage": 50}, …]}',
      place, coalesce(serve::text, 'missing'));
  END IF;
  FOR part IN SELECT jsonb_array_elements(serve -> 'split') LOOP
    IF jsonb_typeof(part) <> 'object' OR jsonb_typeof(part -> 'variant') IS DISTINCT FROM 'string' THEN
      RETURN format('%s has the split part %s, it must be like {"variant": "blue", "percentage": 50}', place, part);
    END IF;
    IF NOT variants ? (part ->> 'variant') THEN
      RETURN format('%s names variant %s, which the flag does not have (it has %s)', place, part -> 'variant', named);
    END IF;
    IF NOT coalesce(flaghoist_is_percentage(part -> 'percentage'), false) THEN
      RETURN format('%s gives %s the percentage %s, it must be 0 to 100 with at most 3 decimals', place, part -> 'variant',
        coalesce((part -> 'percentage')::text, 'null'));
    END IF;
  END LOOP;
  IF (SELECT count(*) <> count(DISTINCT p ->> 'variant') FROM jsonb_array_elements(serve -> 'split') p) THEN
    RETURN format('%s names a variant twice', place);
  END IF;
  IF (SELECT coalesce(sum((p ->> 'percentage')::numeric), 0) <> 100 FROM jsonb_array_elements(serve -> 'split') p) THEN
    RETURN format('%s adds up to %s, it must be exactly 100', place,
      (SELECT coalesce(sum((p ->> 'percentage')::numeric), 0) FROM jsonb_array_elements(serve -> 'split') p));
  END IF;
  RETURN NULL;
END $$;

-- What is wrong with a row, or null: what an evaluator could not read is refused at the prompt.
CREATE FUNCTION flaghoist_row_problem(t feature_toggles) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT AS $$
DECLARE
  rule jsonb;
  nth integer := 0;
  problem text;
BEGIN
  IF t.feature_key !~ '^[a-z][a-z0-9]*([_-][a-z0-9]+)*$' OR length(t.feature_key) > 64 THEN
    RETURN format('feature_key is %L, it must be lower-case words joined by single _ or -, beginning with a letter, at most 64 characters', t.feature_key);
  END IF;
  IF t.rollout_strategy NOT IN ('all', 'percentage', 'whitelist', 'role') THEN
    RETURN format('rollout_strategy is %L, it must be all, percentage, whitelist or role', t.rollout_strategy);
  END IF;
  IF t.rollout_percentage NOT BETWEEN 0 AND 100 THEN
    RETURN format('rollout_percentage is %s, it must be 0 to 100', t.rollout_percentage);
  END IF;
  IF NOT flaghoist_is_object_of_lists(t.target_config) THEN
    RETURN 'target_config must be an object of lists of strings, e.g. {"user_ids": ["user-42"]}';
  END IF;
  IF t.rollout_by = '' THEN
    RETURN 'rollout_by must be the name of an attribute, e.g. userId';
  END IF;
  IF NOT flaghoist_is_object_of_lists(t.requires) THEN
    RETURN 'requires must be an object of lists of variants, e.g. {"other_flag": ["on"]}';
  END IF;
  IF t.flag_type NOT IN ('boolean', 'string', 'number', 'object') THEN
    RETURN format('flag_type is %L, it must be boolean, string, number or object', t.flag_type);
  END IF;
  IF jsonb_typeof(t.variants) <> 'object' THEN
    RETURN 'variants must be an object, e.g. {"on": true, "off": false}';
  END IF;
  IF t.flag_type = 'boolean' AND t.variants <> '{"on": true, "off": false}' THEN
    RETURN 'the variants of a boolean flag are always {"on": true, "off": false}';
  END IF;
  IF EXISTS (SELECT 1 FROM jsonb_each(t.variants) variant WHERE jsonb_typeof(variant.value) <> t.flag_type
             AND NOT (t.flag_type = 'object' AND jsonb_typeof(variant.value) = 'array')) THEN
    RETURN format('every value in variants must be a %s, as flag_type says', t.flag_type);
  END IF;
  IF NOT t.variants ? t.off_variant OR NOT t.variants ? t.fallback THEN
    RETURN format('off_variant is %L and fallback is %L, both must stand in variants', t.off_variant, t.fallback);
  END IF;
  IF t.salt ~ '[:#]' THEN
    RETURN format('salt is %L, it must contain neither : nor #', t.salt);
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
      RETURN format('rule %s must be an object with "if" (an object) and "serve"; "name", "percentage" and "by" may stand beside them', nth);
    END IF;
    IF rule ? 'percentage' AND NOT flaghoist_is_percentage(rule -> 'percentage') THEN
      RETURN format('the percentage of rule %s is %s, it must be 0 to 100 with at most 3 decimals', nth, rule -> 'percentage');
    END IF;
    problem := flaghoist_serve_problem(format('serve of rule %s', nth), rule -> 'serve', t.variants);
    IF problem IS NOT NULL THEN RETURN problem; END IF;
  END LOOP;
  RETURN flaghoist_serve_problem('serve', t.serve, t.variants);
END $$;

-- Before each row: refuse what cannot be read, and stamp. An UPDATE that changes nothing keeps its stamps.
CREATE FUNCTION flaghoist_stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  problem text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.flag_type <> OLD.flag_type THEN
      RAISE EXCEPTION 'the type of a flag can never change: % is %', OLD.feature_key, OLD.flag_type
        USING ERRCODE = 'check_violation', HINT = 'give the new one another key';
    END IF;
    IF NEW.id <> OLD.id OR NEW.feature_key <> OLD.feature_key THEN
      RAISE EXCEPTION 'the id and the key of a flag can never change: %', OLD.feature_key
        USING ERRCODE = 'check_violation', HINT = 'insert a new flag';
    END IF;
    -- A percentage typed alone would do nothing while everybody is served: whoever steps back to 10 % means 10 %.
    IF OLD.rollout_strategy = 'all' AND NEW.rollout_strategy = 'all'
       AND NEW.rollout_percentage < 100 AND NEW.rollout_percentage <> OLD.rollout_percentage THEN
      NEW.rollout_strategy := 'percentage';
    END IF;
    NEW.created_at := OLD.created_at;
    NEW.created_by := OLD.created_by;
    NEW.updated_at := OLD.updated_at;
    NEW.last_modified_by := OLD.last_modified_by;
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
  ELSE
    NEW.created_at := now();
    NEW.created_by := flaghoist_changed_by();
  END IF;
  problem := flaghoist_row_problem(NEW);
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION '%: %', NEW.feature_key, problem USING ERRCODE = 'check_violation', TABLE = 'feature_toggles';
  END IF;
  NEW.updated_at := now();
  NEW.last_modified_by := flaghoist_changed_by();
  RETURN NEW;
END $$;

-- A row as the audit keeps it: without the four columns that triggers write themselves.
CREATE FUNCTION flaghoist_state(t feature_toggles) RETURNS jsonb LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT to_jsonb(t) - ARRAY['created_at', 'updated_at', 'created_by', 'last_modified_by']
$$;

-- Before each statement: the head is locked first by everybody, so that no two writers can wait for each other.
CREATE FUNCTION flaghoist_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM 1 FROM flaghoist_head FOR UPDATE;
  RETURN NULL;
END $$;

-- The next revision, with a notification that goes out when the transaction commits. A hint: listeners read the head.
CREATE FUNCTION flaghoist_next_revision() RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  head flaghoist_head;
BEGIN
  UPDATE flaghoist_head SET revision = revision + 1 RETURNING * INTO STRICT head;
  PERFORM pg_notify('flaghoist', head.epoch || ':' || head.revision);
  RETURN head.revision;
END $$;

CREATE FUNCTION flaghoist_record(toggle_id uuid, feature_key text, action text, old_state jsonb, new_state jsonb, revision bigint)
RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
  INSERT INTO feature_toggle_audit
    (toggle_id, feature_key, action, old_state, new_state, changed_by, notes, source, revision, commit_sha)
  SELECT $1, $2, $3, $4, $5, flaghoist_changed_by(),
    CASE WHEN actor.changed_by IS NULL THEN nullif(current_setting('flaghoist.note', true), '') ELSE actor.notes END,
    CASE WHEN actor.changed_by IS NULL THEN 'sql' ELSE 'sync' END, $6, actor.commit_sha
  FROM flaghoist_actor actor
$$;

CREATE FUNCTION flaghoist_inserted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  next bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM now_there) THEN RETURN NULL; END IF;
  next := flaghoist_next_revision();
  PERFORM flaghoist_record(t.id, t.feature_key, 'created', NULL, flaghoist_state(t.row), next)
  FROM (SELECT n.id, n.feature_key, n::feature_toggles AS row FROM now_there n ORDER BY n.feature_key) t;
  RETURN NULL;
END $$;

CREATE FUNCTION flaghoist_updated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  next bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM now_there n JOIN was_there o USING (id) WHERE n IS DISTINCT FROM o) THEN RETURN NULL; END IF;
  next := flaghoist_next_revision();
  PERFORM flaghoist_record(c.id, c.feature_key, c.action, flaghoist_state(c.was), flaghoist_state(c.now), next)
  FROM (
    SELECT n.id, n.feature_key, o::feature_toggles AS was, n::feature_toggles AS now,
      CASE WHEN o.archived_at IS NULL AND n.archived_at IS NOT NULL THEN 'archived'
           WHEN o.archived_at IS NOT NULL AND n.archived_at IS NULL THEN 'restored'
           WHEN n.enabled AND NOT o.enabled THEN 'enabled'
           WHEN o.enabled AND NOT n.enabled THEN 'disabled'
           ELSE 'updated' END AS action
    FROM now_there n JOIN was_there o USING (id) WHERE n IS DISTINCT FROM o ORDER BY n.feature_key
  ) c;
  RETURN NULL;
END $$;

-- Rows removed by hand. TRUNCATE tells no rows, so they are read before it.
CREATE FUNCTION flaghoist_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  next bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    IF NOT EXISTS (SELECT 1 FROM feature_toggles) THEN RETURN NULL; END IF;
    next := flaghoist_next_revision();
    PERFORM flaghoist_record(t.id, t.feature_key, 'deleted', flaghoist_state(t), NULL, next) FROM feature_toggles t;
  ELSE
    IF NOT EXISTS (SELECT 1 FROM was_there) THEN RETURN NULL; END IF;
    next := flaghoist_next_revision();
    PERFORM flaghoist_record(t.id, t.feature_key, 'deleted', flaghoist_state(t.row), NULL, next)
    FROM (SELECT o.id, o.feature_key, o::feature_toggles AS row FROM was_there o ORDER BY o.feature_key) t;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER feature_toggles_lock BEFORE INSERT OR UPDATE OR DELETE ON feature_toggles
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_lock();
CREATE TRIGGER feature_toggles_stamp BEFORE INSERT OR UPDATE ON feature_toggles
  FOR EACH ROW EXECUTE FUNCTION flaghoist_stamp();
CREATE TRIGGER feature_toggles_inserted AFTER INSERT ON feature_toggles REFERENCING NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_inserted();
CREATE TRIGGER feature_toggles_updated AFTER UPDATE ON feature_toggles REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_updated();
CREATE TRIGGER feature_toggles_deleted AFTER DELETE ON feature_toggles REFERENCING OLD TABLE AS was_there
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_deleted();
CREATE TRIGGER feature_toggles_truncated BEFORE TRUNCATE ON feature_toggles
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_deleted();

CREATE TABLE flaghoist_syncs (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sync_id    uuid NOT NULL UNIQUE,
  commit_sha text,
  revision   bigint NOT NULL,
  started_by text NOT NULL,
  summary    jsonb NOT NULL,
  synced_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE flaghoist_syncs IS 'Every sync that committed something, the newest with the highest id';

CREATE TABLE flaghoist_instances (
  id         uuid PRIMARY KEY,
  host       text NOT NULL,
  pid        integer NOT NULL,
  epoch      integer NOT NULL,
  revision   bigint NOT NULL,
  overrides  jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE flaghoist_instances IS 'What every running process last said of itself';

CREATE FUNCTION flaghoist_instances_forget() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM flaghoist_instances WHERE seen_at < now() - interval '7 days';
  RETURN NULL;
END $$;
CREATE TRIGGER flaghoist_instances_forget AFTER INSERT ON flaghoist_instances
  FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_instances_forget();
