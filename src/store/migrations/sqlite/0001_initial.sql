-- Written for every SQLite from 3.40 on: what stands here also runs inside the `sqlite3` shell, where emergency statements
-- are typed. So: no RAISE with an expression, no function that a shell lacks. Before typing there: `.timeout 5000`.

CREATE TABLE flaghoist_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  checksum   TEXT NOT NULL,                       -- SHA-256 of the file, as hex
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

-- One row: which database this is and which state it has.
CREATE TABLE flaghoist_head (
  one            INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  environment    TEXT NOT NULL,                   -- the one environment that this database serves
  store_id       TEXT NOT NULL DEFAULT (lower(
                   hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
                   substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
  epoch          INTEGER NOT NULL DEFAULT 1,      -- raise it after restoring a backup: revisions then start anew
  revision       INTEGER NOT NULL DEFAULT 0,      -- moved by triggers with every change of a flag
  commit_sha     TEXT,                            -- what was synced last
  schema_version INTEGER NOT NULL
) STRICT;

CREATE TRIGGER flaghoist_head_forward BEFORE UPDATE ON flaghoist_head
WHEN NEW.epoch < OLD.epoch OR (NEW.epoch = OLD.epoch AND NEW.revision < OLD.revision)
  OR NEW.environment IS NOT OLD.environment OR NEW.store_id IS NOT OLD.store_id
BEGIN
  SELECT RAISE(ABORT, 'flaghoist_head only moves forward: environment and store_id stay, epoch and revision never fall');
END;

CREATE TRIGGER flaghoist_head_stays BEFORE DELETE ON flaghoist_head
BEGIN
  SELECT RAISE(ABORT, 'flaghoist_head has exactly one row');
END;

-- One row: who writes. Sync fills it inside its transaction and empties it again; empty means somebody at a prompt.
CREATE TABLE flaghoist_actor (
  one        INTEGER PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  changed_by TEXT,
  notes      TEXT,
  commit_sha TEXT,
  row_before TEXT                                 -- scratch of the triggers: the row that an UPDATE is about to change
) STRICT;
INSERT INTO flaghoist_actor DEFAULT VALUES;

-- The flags. These columns are what evaluators read, so a hand-written UPDATE does what it says.
CREATE TABLE feature_toggles (
  id                 TEXT PRIMARY KEY NOT NULL DEFAULT (lower(
                       hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
                       substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
  feature_key        TEXT NOT NULL UNIQUE,        -- the flag's name in code and the name of its file
  display_name       TEXT NOT NULL,               -- for people
  description        TEXT NOT NULL DEFAULT '',
  enabled            INTEGER NOT NULL DEFAULT 0,  -- false: everybody gets the off variant
  rollout_percentage REAL NOT NULL DEFAULT 100,   -- 0 to 100, for the strategy percentage; changed alone to
                                                  -- less than 100, it turns the strategy all into percentage
  rollout_strategy   TEXT NOT NULL DEFAULT 'all', -- the flag's last line: all, percentage, whitelist or role
  target_config      TEXT NOT NULL DEFAULT '{}',  -- JSON: roles, user_ids, workshop_ids, postal_codes → list of strings
  rollout_by         TEXT NOT NULL DEFAULT 'userId', -- whom a percentage and a split of the last line tell apart
  rules              TEXT NOT NULL DEFAULT '[]',  -- JSON: [{"name", "if", "percentage", "by", "serve"}], before the last line
  serve              TEXT NOT NULL DEFAULT '"on"',-- JSON: a variant, or {"split": [{"variant", "percentage"}]}
  requires           TEXT NOT NULL DEFAULT '{}',  -- JSON: flag → list of variants, all of which must be served
  flag_type          TEXT NOT NULL DEFAULT 'boolean', -- boolean, string, number or object; never changes
  variants           TEXT NOT NULL DEFAULT '{"on":true,"off":false}', -- JSON: name → value
  off_variant        TEXT NOT NULL DEFAULT 'off', -- served when disabled or killed
  fallback           TEXT NOT NULL DEFAULT 'off', -- the code default, a variant
  salt               TEXT NOT NULL DEFAULT '',    -- empty: the key
  client             INTEGER NOT NULL DEFAULT 0,  -- browsers may see its value
  protected          INTEGER NOT NULL DEFAULT 0,  -- every widening needs an acknowledgement
  metadata           TEXT NOT NULL DEFAULT '{}',  -- JSON: the file's mapping, owner, kind, expires, tags
  path               TEXT,                        -- the file it came from; null: inserted by hand
  commit_sha         TEXT,                        -- the last commit that changed the row
  synced             TEXT,                        -- JSON: what the last sync wrote; null: inserted by hand
  archived_at        TEXT,                        -- null while the flag lives
  created_at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), -- written by trigger
  created_by         TEXT NOT NULL DEFAULT '',    -- written by trigger
  last_modified_by   TEXT NOT NULL DEFAULT '',    -- written by trigger

  CONSTRAINT "feature_key is lower-case words joined by single _ or -, beginning with a letter, at most 64 characters" CHECK (
    feature_key GLOB '[a-z]*' AND NOT feature_key GLOB '*[^a-z0-9_-]*' AND NOT feature_key GLOB '*[_-][_-]*'
    AND NOT feature_key GLOB '*[_-]' AND length(feature_key) <= 64),
  CONSTRAINT "enabled, client and protected are true or false" CHECK (
    enabled IN (0, 1) AND client IN (0, 1) AND protected IN (0, 1)),
  CONSTRAINT "rollout_strategy is all, percentage, whitelist or role" CHECK (
    rollout_strategy IN ('all', 'percentage', 'whitelist', 'role')),
  CONSTRAINT "rollout_percentage is 0 to 100 with at most 3 decimals" CHECK (
    rollout_percentage BETWEEN 0 AND 100 AND abs(rollout_percentage * 1000 - round(rollout_percentage * 1000)) < 0.000001),
  CONSTRAINT "target_config is a JSON object of lists of strings, e.g. {""user_ids"": [""user-42""]}" CHECK (
    CASE WHEN json_valid(target_config) THEN json_type(target_config) IS 'object' ELSE 0 END),
  CONSTRAINT "rollout_by is the name of an attribute, e.g. userId" CHECK (rollout_by <> ''),
  CONSTRAINT "rules is a JSON list, e.g. [{""if"": {""userRole"": ""admin""}, ""serve"": ""on""}]" CHECK (
    CASE WHEN json_valid(rules) THEN json_type(rules) IS 'array' ELSE 0 END),
  CONSTRAINT "serve is JSON: the name of a variant in double quotes, or {""split"": [...]}" CHECK (
    CASE WHEN json_valid(serve) THEN json_type(serve) IN ('text', 'object') ELSE 0 END),
  CONSTRAINT "requires is a JSON object of lists of variants, e.g. {""other_flag"": [""on""]}" CHECK (
    CASE WHEN json_valid(requires) THEN json_type(requires) IS 'object' ELSE 0 END),
  CONSTRAINT "flag_type is boolean, string, number or object" CHECK (flag_type IN ('boolean', 'string', 'number', 'object')),
  CONSTRAINT "variants is a JSON object, e.g. {""on"": true, ""off"": false}" CHECK (
    CASE WHEN json_valid(variants) THEN json_type(variants) IS 'object' ELSE 0 END),
  CONSTRAINT "salt contains neither : nor #" CHECK (instr(salt, ':') = 0 AND instr(salt, '#') = 0),
  CONSTRAINT "metadata is a JSON object" CHECK (
    CASE WHEN json_valid(metadata) THEN json_type(metadata) IS 'object' ELSE 0 END),
  CONSTRAINT "synced is a JSON object or null" CHECK (
    CASE WHEN synced IS NULL THEN 1 WHEN json_valid(synced) THEN json_type(synced) IS 'object' ELSE 0 END)
) STRICT;

CREATE INDEX feature_toggles_key_enabled ON feature_toggles (feature_key, enabled);
CREATE INDEX feature_toggles_strategy ON feature_toggles (rollout_strategy);
-- new-checkout and new_checkout would both be FEATURE_NEW_CHECKOUT.
CREATE UNIQUE INDEX feature_toggles_environment_name ON feature_toggles (replace(feature_key, '-', '_'));

-- Who changed what, when and why. Append-only, and outlives its flag: toggle_id is no foreign key.
CREATE TABLE feature_toggle_audit (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  toggle_id   TEXT NOT NULL,                      -- feature_toggles.id
  feature_key TEXT NOT NULL,
  action      TEXT NOT NULL CHECK (action IN ('created', 'enabled', 'disabled', 'updated', 'archived', 'restored', 'deleted')),
  old_state   TEXT,                               -- JSON: the row before; null for created
  new_state   TEXT,                               -- JSON: the row after; null for deleted
  changed_by  TEXT NOT NULL,                      -- author of the commit; sql for a statement typed by hand
  changed_at  TEXT NOT NULL,
  notes       TEXT,                               -- pull request and subject
  source      TEXT NOT NULL CHECK (source IN ('sync', 'sql')),
  revision    INTEGER NOT NULL,
  commit_sha  TEXT
) STRICT;

CREATE INDEX feature_toggle_audit_feature ON feature_toggle_audit (feature_key, changed_at DESC);
CREATE INDEX feature_toggle_audit_user ON feature_toggle_audit (changed_by, changed_at DESC);
CREATE INDEX feature_toggle_audit_time ON feature_toggle_audit (changed_at);
CREATE INDEX feature_toggle_audit_by_hand ON feature_toggle_audit (feature_key, id) WHERE source = 'sql';

CREATE TRIGGER feature_toggle_audit_keep_update BEFORE UPDATE ON feature_toggle_audit
BEGIN
  SELECT RAISE(ABORT, 'feature_toggle_audit is append-only');
END;
CREATE TRIGGER feature_toggle_audit_keep_delete BEFORE DELETE ON feature_toggle_audit
BEGIN
  SELECT RAISE(ABORT, 'feature_toggle_audit is append-only');
END;

-- A row as the audit keeps it, said once for all triggers. Without the four columns that triggers write themselves.
CREATE VIEW flaghoist_state AS
SELECT id, json_object(
  'id', id, 'feature_key', feature_key, 'display_name', display_name, 'description', description,
  'enabled', json(iif(enabled, 'true', 'false')), 'rollout_strategy', rollout_strategy,
  'rollout_percentage', rollout_percentage, 'target_config', json(target_config), 'rollout_by', rollout_by,
  'rules', json(rules), 'serve', json(serve), 'requires', json(requires), 'flag_type', flag_type,
  'variants', json(variants), 'off_variant', off_variant, 'fallback', fallback, 'salt', salt,
  'client', json(iif(client, 'true', 'false')), 'protected', json(iif(protected, 'true', 'false')),
  'metadata', json(metadata), 'path', path, 'commit_sha', commit_sha, 'synced', json(synced),
  'archived_at', archived_at
) AS state FROM feature_toggles;

-- A procedure, as far as SQLite has them: inserting an id here checks that row for what a CHECK cannot see.
CREATE VIEW flaghoist_check AS SELECT id FROM feature_toggles;
CREATE TRIGGER flaghoist_check_row INSTEAD OF INSERT ON flaghoist_check
BEGIN
  SELECT RAISE(ABORT, 'target_config is a JSON object of lists of strings, e.g. {"user_ids": ["user-42"]}')
  FROM feature_toggles t, json_each(t.target_config) list WHERE t.id = NEW.id
    AND (list.type <> 'array' OR EXISTS (SELECT 1 FROM json_each(list.value) item WHERE item.type <> 'text'));

  SELECT RAISE(ABORT, 'requires is a JSON object of lists of variants, e.g. {"other_flag": ["on"]}')
  FROM feature_toggles t, json_each(t.requires) list WHERE t.id = NEW.id
    AND (list.type <> 'array' OR EXISTS (SELECT 1 FROM json_each(list.value) item WHERE item.type <> 'text'));

  SELECT RAISE(ABORT, 'the variants of a boolean flag are always {"on": true, "off": false}')
  FROM feature_toggles t WHERE t.id = NEW.id AND t.flag_type = 'boolean'
    AND ((SELECT count(*) FROM json_each(t.variants)) <> 2
      OR json_type(t.variants, '$.on') IS NOT 'true' OR json_type(t.variants, '$.off') IS NOT 'false');

  SELECT RAISE(ABORT, 'every value in variants has the type that flag_type says')
  FROM feature_toggles t, json_each(t.variants) variant WHERE t.id = NEW.id
    AND CASE t.flag_type WHEN 'string' THEN variant.type <> 'text'
      WHEN 'number' THEN variant.type NOT IN ('integer', 'real')
      WHEN 'object' THEN variant.type NOT IN ('object', 'array') ELSE 0 END;

  SELECT RAISE(ABORT, 'off_variant and fallback are names that stand in variants')
  FROM feature_toggles t WHERE t.id = NEW.id
    AND (NOT EXISTS (SELECT 1 FROM json_each(t.variants) variant WHERE variant.key = t.off_variant)
      OR NOT EXISTS (SELECT 1 FROM json_each(t.variants) variant WHERE variant.key = t.fallback));

  SELECT RAISE(ABORT, 'a rule is a JSON object with "if" (an object) and "serve"; "name", "percentage" and "by" may stand beside them')
  FROM feature_toggles t, json_each(t.rules) rule WHERE t.id = NEW.id
    AND CASE WHEN rule.type <> 'object' THEN 1
      ELSE json_type(rule.value, '$.if') IS NOT 'object'
        OR json_type(rule.value, '$.serve') IS NULL OR json_type(rule.value, '$.serve') NOT IN ('text', 'object')
        OR coalesce(json_type(rule.value, '$.name'), 'text') <> 'text'
        OR coalesce(json_type(rule.value, '$.by'), 'text') <> 'text' OR json_extract(rule.value, '$.by') IS ''
        OR EXISTS (SELECT 1 FROM json_each(rule.value) member
             WHERE member.key NOT IN ('name', 'if', 'percentage', 'by', 'serve')) END;

  SELECT RAISE(ABORT, 'the percentage of a rule is 0 to 100 with at most 3 decimals')
  FROM feature_toggles t, json_each(t.rules) rule WHERE t.id = NEW.id AND json_type(rule.value, '$.percentage') IS NOT NULL
    AND CASE WHEN json_type(rule.value, '$.percentage') NOT IN ('integer', 'real') THEN 1
      ELSE json_extract(rule.value, '$.percentage') NOT BETWEEN 0 AND 100
        OR abs(json_extract(rule.value, '$.percentage') * 1000
               - round(json_extract(rule.value, '$.percentage') * 1000)) >= 0.000001 END;

  -- What is served: by the last line and by each rule.
  SELECT RAISE(ABORT, 'serve names a variant that stands in variants')
  FROM (SELECT t.serve AS serve, t.variants AS variants FROM feature_toggles t WHERE t.id = NEW.id
        UNION ALL
        SELECT json_extract(rule.value, '$.serve'), t.variants FROM feature_toggles t, json_each(t.rules) rule
        WHERE t.id = NEW.id AND json_type(rule.value, '$.serve') = 'object'
        UNION ALL
        SELECT json_quote(json_extract(rule.value, '$.serve')), t.variants FROM feature_toggles t, json_each(t.rules) rule
        WHERE t.id = NEW.id AND json_type(rule.value, '$.serve') = 'text') served
  WHERE json_type(served.serve) = 'text'
    AND NOT EXISTS (SELECT 1 FROM json_each(served.variants) variant WHERE variant.key = json_extract(served.serve, '$'));

  SELECT RAISE(ABORT, 'a split is {"split": [{"variant": "blue", "percentage": 50}, …]}: variants that stand in variants, each once, percentages with at most 3 decimals that add up to 100')
  FROM (SELECT t.serve AS serve, t.variants AS variants FROM feature_toggles t
        WHERE t.id = NEW.id AND json_type(t.serve) = 'object'
        UNION ALL
        SELECT json_extract(rule.value, '$.serve'), t.variants FROM feature_toggles t, json_each(t.rules) rule
        WHERE t.id = NEW.id AND json_type(rule.value, '$.serve') = 'object') served
  WHERE CASE WHEN json_type(served.serve, '$.split') IS NOT 'array'
      OR (SELECT count(*) FROM json_each(served.serve)) <> 1
      OR EXISTS (SELECT 1 FROM json_each(served.serve, '$.split') part WHERE CASE WHEN part.type <> 'object' THEN 1
           ELSE json_type(part.value, '$.variant') IS NOT 'text'
             OR coalesce(json_type(part.value, '$.percentage'), 'null') NOT IN ('integer', 'real') END) THEN 1
    ELSE EXISTS (SELECT 1 FROM json_each(served.serve, '$.split') part
           WHERE json_extract(part.value, '$.percentage') NOT BETWEEN 0 AND 100
             OR abs(json_extract(part.value, '$.percentage') * 1000
                    - round(json_extract(part.value, '$.percentage') * 1000)) >= 0.000001
             OR NOT EXISTS (SELECT 1 FROM json_each(served.variants) variant
                  WHERE variant.key = json_extract(part.value, '$.variant')))
      OR (SELECT count(*) - count(DISTINCT json_extract(part.value, '$.variant'))
          FROM json_each(served.serve, '$.split') part) <> 0
      OR (SELECT CAST(total(round(json_extract(part.value, '$.percentage') * 1000)) AS INTEGER)
          FROM json_each(served.serve, '$.split') part) <> 100000 END;
END;

-- Another procedure: one change of one row moves the revision and is written into the audit.
CREATE VIEW flaghoist_change AS
SELECT toggle_id, feature_key, action, old_state, new_state FROM feature_toggle_audit;
CREATE TRIGGER flaghoist_record_change INSTEAD OF INSERT ON flaghoist_change
BEGIN
  UPDATE flaghoist_head SET revision = revision + 1;
  INSERT INTO feature_toggle_audit
    (toggle_id, feature_key, action, old_state, new_state, changed_by, changed_at, notes, source, revision, commit_sha)
  SELECT NEW.toggle_id, NEW.feature_key, NEW.action, NEW.old_state, NEW.new_state, coalesce(actor.changed_by, 'sql'),
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), actor.notes, iif(actor.changed_by IS NULL, 'sql', 'sync'), head.revision,
    actor.commit_sha
  FROM flaghoist_head head, flaghoist_actor actor;
END;

CREATE TRIGGER feature_toggles_inserted AFTER INSERT ON feature_toggles
BEGIN
  -- REPLACE removes the old row without its trigger: the audit still believes it there.
  SELECT RAISE(ABORT, 'INSERT OR REPLACE would lose the id of the flag: use UPDATE')
  WHERE (SELECT action FROM feature_toggle_audit WHERE feature_key = NEW.feature_key ORDER BY id DESC LIMIT 1) <> 'deleted';
  INSERT INTO flaghoist_check (id) VALUES (NEW.id);
  UPDATE feature_toggles SET
    created_by = coalesce((SELECT changed_by FROM flaghoist_actor), iif(NEW.created_by = '', 'sql', NEW.created_by)),
    last_modified_by = coalesce((SELECT changed_by FROM flaghoist_actor), iif(NEW.created_by = '', 'sql', NEW.created_by))
  WHERE id = NEW.id;
  INSERT INTO flaghoist_change (toggle_id, feature_key, action, new_state)
  SELECT id, NEW.feature_key, 'created', state FROM flaghoist_state WHERE id = NEW.id;
END;

CREATE TRIGGER feature_toggles_updating BEFORE UPDATE ON feature_toggles
BEGIN
  SELECT RAISE(ABORT, 'the type of a flag can never change: give the new one another key') WHERE NEW.flag_type <> OLD.flag_type;
  SELECT RAISE(ABORT, 'the id and the key of a flag can never change: insert a new flag')
  WHERE NEW.id <> OLD.id OR NEW.feature_key <> OLD.feature_key;
  UPDATE flaghoist_actor SET row_before = (SELECT state FROM flaghoist_state WHERE id = OLD.id);
END;

-- An UPDATE that changes nothing is none. The stamps are ours: what a statement writes there is undone. A new row comes
-- here from its own trigger too, with its stamps still empty: that is no change.
CREATE TRIGGER feature_toggles_updated AFTER UPDATE ON feature_toggles
WHEN OLD.created_by <> '' AND OLD.last_modified_by <> ''
BEGIN
  INSERT INTO flaghoist_check (id) VALUES (NEW.id);
  INSERT INTO flaghoist_change (toggle_id, feature_key, action, old_state, new_state)
  SELECT NEW.id, NEW.feature_key,
    CASE WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'archived'
         WHEN OLD.archived_at IS NOT NULL AND NEW.archived_at IS NULL THEN 'restored'
         WHEN NEW.enabled AND NOT OLD.enabled THEN 'enabled'
         WHEN OLD.enabled AND NOT NEW.enabled THEN 'disabled'
         ELSE 'updated' END,
    -- A percentage typed alone would do nothing while everybody is served: whoever steps back to 10 % means 10 %.
    actor.row_before, iif(OLD.rollout_strategy = 'all' AND NEW.rollout_strategy = 'all' AND NEW.rollout_percentage < 100
      AND NEW.rollout_percentage <> OLD.rollout_percentage,
      json_set(now.state, '$.rollout_strategy', 'percentage'), now.state)
  FROM flaghoist_actor actor, flaghoist_state now WHERE now.id = NEW.id AND actor.row_before IS NOT now.state;
  UPDATE feature_toggles SET created_at = OLD.created_at, created_by = OLD.created_by,
    rollout_strategy = iif(OLD.rollout_strategy = 'all' AND NEW.rollout_percentage < 100
      AND NEW.rollout_percentage <> OLD.rollout_percentage AND NEW.rollout_strategy = 'all', 'percentage', NEW.rollout_strategy),
    updated_at = iif(change.same, OLD.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    last_modified_by = iif(change.same, OLD.last_modified_by, coalesce(change.changed_by, 'sql'))
  FROM (SELECT actor.changed_by, actor.row_before IS now.state AS same
        FROM flaghoist_actor actor, flaghoist_state now WHERE now.id = NEW.id) AS change
  WHERE id = NEW.id;
END;

CREATE TRIGGER feature_toggles_deleting BEFORE DELETE ON feature_toggles
BEGIN
  INSERT INTO flaghoist_change (toggle_id, feature_key, action, old_state)
  SELECT id, OLD.feature_key, 'deleted', state FROM flaghoist_state WHERE id = OLD.id;
END;

-- Every sync that committed something, the newest with the highest id.
CREATE TABLE flaghoist_syncs (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  sync_id    TEXT NOT NULL UNIQUE,
  commit_sha TEXT,                                -- null: from a work tree
  revision   INTEGER NOT NULL,                    -- the revision after it
  started_by TEXT NOT NULL,
  summary    TEXT NOT NULL CHECK (json_valid(summary)), -- counts by kind of change
  synced_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

-- What every running process last said of itself.
CREATE TABLE flaghoist_instances (
  id         TEXT PRIMARY KEY NOT NULL,
  host       TEXT NOT NULL,
  pid        INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  overrides  TEXT NOT NULL CHECK (json_valid(overrides)),
  started_at TEXT NOT NULL,
  seen_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TRIGGER flaghoist_instances_forget AFTER INSERT ON flaghoist_instances
BEGIN
  DELETE FROM flaghoist_instances WHERE seen_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-7 days');
END;
