-- Oldest reader: 1
--
-- Guards the database against its own users: an actor that cannot be removed, heartbeats in a shape that every reader
-- understands, numbers that every reader can hold. Runs in every SQLite from 3.40 on, like the first migration.

ALTER TABLE flaghoist_head ADD COLUMN migration INTEGER NOT NULL DEFAULT 1; -- the schema version: the newest applied migration

-- The oldest schema version whose programs can use the database after this migration. `flaghoist_head.schema_version` is that of
-- the newest migration.
ALTER TABLE flaghoist_migrations ADD COLUMN oldest_reader INTEGER NOT NULL DEFAULT 1;

ALTER TABLE feature_toggle_audit ADD COLUMN epoch INTEGER; -- of the revision; null for changes before this column existed

DROP TRIGGER flaghoist_head_forward;
CREATE TRIGGER flaghoist_head_forward BEFORE UPDATE ON flaghoist_head
BEGIN
  SELECT RAISE(ABORT, 'flaghoist_head only moves forward: environment and store_id never change, and epoch and revision never decrease')
  WHERE NEW.epoch < OLD.epoch OR (NEW.epoch = OLD.epoch AND NEW.revision < OLD.revision)
    OR NEW.environment IS NOT OLD.environment OR NEW.store_id IS NOT OLD.store_id;
  SELECT RAISE(ABORT, 'epoch must be 1 to 2147483647, and revision must be 0 to 9007199254740991')
  WHERE NEW.epoch NOT BETWEEN 1 AND 2147483647 OR NEW.revision NOT BETWEEN 0 AND 9007199254740991;
  -- A sync increases it by at most 1001. An absurd number would leave none for the next epoch.
  SELECT RAISE(ABORT, 'epoch can be increased by at most 1001 in one step') WHERE NEW.epoch > OLD.epoch + 1001;
END;

-- Triggers of feature_toggles insert the row again if it is missing, because they keep the row that an UPDATE changes there.
CREATE TRIGGER flaghoist_actor_stays BEFORE DELETE ON flaghoist_actor
BEGIN
  SELECT RAISE(ABORT, 'flaghoist_actor must have exactly one row');
END;

DROP TRIGGER flaghoist_check_row;
CREATE TRIGGER flaghoist_check_row INSTEAD OF INSERT ON flaghoist_check
BEGIN
  SELECT RAISE(ABORT, 'target_config must be a JSON object of lists of strings, e.g. {"user_ids": ["user-42"]}')
  FROM feature_toggles t, json_each(t.target_config) list WHERE t.id = NEW.id
    AND (list.type <> 'array' OR EXISTS (SELECT 1 FROM json_each(list.value) item WHERE item.type <> 'text'));

  SELECT RAISE(ABORT, 'requires must be a JSON object of lists of variants, e.g. {"other_flag": ["on"]}')
  FROM feature_toggles t, json_each(t.requires) list WHERE t.id = NEW.id
    AND (list.type <> 'array' OR EXISTS (SELECT 1 FROM json_each(list.value) item WHERE item.type <> 'text'));

  SELECT RAISE(ABORT, 'the variants of a boolean flag are always {"on": true, "off": false}')
  FROM feature_toggles t WHERE t.id = NEW.id AND t.flag_type = 'boolean'
    AND ((SELECT count(*) FROM json_each(t.variants)) <> 2
      OR json_type(t.variants, '$.on') IS NOT 'true' OR json_type(t.variants, '$.off') IS NOT 'false');

  SELECT RAISE(ABORT, 'every value in variants must be of the type that flag_type says')
  FROM feature_toggles t, json_each(t.variants) variant WHERE t.id = NEW.id
    AND CASE t.flag_type WHEN 'string' THEN variant.type <> 'text'
      WHEN 'number' THEN variant.type NOT IN ('integer', 'real')
      WHEN 'object' THEN variant.type NOT IN ('object', 'array') ELSE 0 END;

  SELECT RAISE(ABORT, 'off_variant and fallback must be names of variants')
  FROM feature_toggles t WHERE t.id = NEW.id
    AND (NOT EXISTS (SELECT 1 FROM json_each(t.variants) variant WHERE variant.key = t.off_variant)
      OR NOT EXISTS (SELECT 1 FROM json_each(t.variants) variant WHERE variant.key = t.fallback));

  SELECT RAISE(ABORT, 'a rule must be a JSON object with "if" (an object) and "serve", and optionally "name", "percentage" and "by"')
  FROM feature_toggles t, json_each(t.rules) rule WHERE t.id = NEW.id
    AND CASE WHEN rule.type <> 'object' THEN 1
      ELSE json_type(rule.value, '$.if') IS NOT 'object'
        OR json_type(rule.value, '$.serve') IS NULL OR json_type(rule.value, '$.serve') NOT IN ('text', 'object')
        OR coalesce(json_type(rule.value, '$.name'), 'text') <> 'text'
        OR coalesce(json_type(rule.value, '$.by'), 'text') <> 'text' OR json_extract(rule.value, '$.by') IS ''
        OR EXISTS (SELECT 1 FROM json_each(rule.value) member
             WHERE member.key NOT IN ('name', 'if', 'percentage', 'by', 'serve')) END;

  SELECT RAISE(ABORT, 'the percentage of a rule must be 0 to 100 with at most 3 decimals')
  FROM feature_toggles t, json_each(t.rules) rule WHERE t.id = NEW.id AND json_type(rule.value, '$.percentage') IS NOT NULL
    AND CASE WHEN json_type(rule.value, '$.percentage') NOT IN ('integer', 'real') THEN 1
      ELSE json_extract(rule.value, '$.percentage') NOT BETWEEN 0 AND 100
        OR abs(json_extract(rule.value, '$.percentage') * 1000
               - round(json_extract(rule.value, '$.percentage') * 1000)) >= 0.000001 END;

  -- Every JavaScript object has properties of these names.
  SELECT RAISE(ABORT, 'a name in target_config, rules or variants is the name of a property that every JavaScript object has, such as constructor; choose another name')
  FROM feature_toggles t WHERE t.id = NEW.id AND EXISTS (
    SELECT 1 FROM (SELECT key FROM json_tree(t.target_config) UNION ALL SELECT key FROM json_tree(t.rules)
                   UNION ALL SELECT key FROM json_tree(t.variants)) name
    WHERE name.key IN ('__proto__', 'constructor', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable', 'prototype',
      'toLocaleString', 'toString', 'valueOf', '__defineGetter__', '__defineSetter__', '__lookupGetter__', '__lookupSetter__'));

  -- What is served: by the default rollout and by each rule.
  SELECT RAISE(ABORT, 'serve must name a variant of the flag')
  FROM (SELECT t.serve AS serve, t.variants AS variants FROM feature_toggles t WHERE t.id = NEW.id
        UNION ALL
        SELECT json_extract(rule.value, '$.serve'), t.variants FROM feature_toggles t, json_each(t.rules) rule
        WHERE t.id = NEW.id AND json_type(rule.value, '$.serve') = 'object'
        UNION ALL
        SELECT json_quote(json_extract(rule.value, '$.serve')), t.variants FROM feature_toggles t, json_each(t.rules) rule
        WHERE t.id = NEW.id AND json_type(rule.value, '$.serve') = 'text') served
  WHERE json_type(served.serve) = 'text'
    AND NOT EXISTS (SELECT 1 FROM json_each(served.variants) variant WHERE variant.key = json_extract(served.serve, '$'));

  SELECT RAISE(ABORT, 'a split must be {"split": [{"variant": "blue", "percentage": 50}, …]}: each variant of the flag at most once, and percentages with at most 3 decimals that add up to 100')
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

-- Increases the revision and writes one row of the audit. A missing actor counts as an empty one.
DROP TRIGGER flaghoist_record_change;
CREATE TRIGGER flaghoist_record_change INSTEAD OF INSERT ON flaghoist_change
BEGIN
  UPDATE flaghoist_head SET revision = revision + 1;
  INSERT INTO feature_toggle_audit
    (toggle_id, feature_key, action, old_state, new_state, changed_by, changed_at, notes, source, revision, commit_sha, epoch)
  SELECT NEW.toggle_id, NEW.feature_key, NEW.action, NEW.old_state, NEW.new_state, coalesce(actor.changed_by, 'sql'),
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), substr(actor.notes, 1, 1000), iif(actor.changed_by IS NULL, 'sql', 'sync'), head.revision,
    actor.commit_sha, head.epoch
  FROM flaghoist_head head LEFT JOIN flaghoist_actor actor ON true;
END;

DROP TRIGGER feature_toggles_inserted;
CREATE TRIGGER feature_toggles_inserted AFTER INSERT ON feature_toggles
BEGIN
  -- REPLACE removes the old row without its trigger: according to the audit, the flag still exists.
  SELECT RAISE(ABORT, 'INSERT OR REPLACE would change the id of the flag; use UPDATE')
  WHERE (SELECT action FROM feature_toggle_audit WHERE feature_key = NEW.feature_key ORDER BY id DESC LIMIT 1) <> 'deleted';
  INSERT INTO flaghoist_check (id) VALUES (NEW.id);
  UPDATE feature_toggles SET
    created_by = coalesce((SELECT changed_by FROM flaghoist_actor), iif(NEW.created_by = '', 'sql', NEW.created_by)),
    last_modified_by = coalesce((SELECT changed_by FROM flaghoist_actor), iif(NEW.created_by = '', 'sql', NEW.created_by))
  WHERE id = NEW.id;
  INSERT INTO flaghoist_change (toggle_id, feature_key, action, new_state)
  SELECT id, NEW.feature_key, 'created', state FROM flaghoist_state WHERE id = NEW.id;
END;

-- A row as the audit keeps it. JSON that is not valid is kept as a string: one damaged column must not prevent the row from being
-- corrected, or a sync from writing the other rows.
DROP VIEW flaghoist_state;
CREATE VIEW flaghoist_state AS
SELECT id, json_object(
  'id', id, 'feature_key', feature_key, 'display_name', display_name, 'description', description,
  'enabled', json(iif(enabled, 'true', 'false')), 'rollout_strategy', rollout_strategy,
  'rollout_percentage', rollout_percentage,
  'target_config', json(iif(json_valid(target_config), target_config, json_quote(target_config))), 'rollout_by', rollout_by,
  'rules', json(iif(json_valid(rules), rules, json_quote(rules))),
  'serve', json(iif(json_valid(serve), serve, json_quote(serve))),
  'requires', json(iif(json_valid(requires), requires, json_quote(requires))), 'flag_type', flag_type,
  'variants', json(iif(json_valid(variants), variants, json_quote(variants))),
  'off_variant', off_variant, 'fallback', fallback, 'salt', salt,
  'client', json(iif(client, 'true', 'false')), 'protected', json(iif(protected, 'true', 'false')),
  'metadata', json(iif(json_valid(metadata), metadata, json_quote(metadata))), 'path', path, 'commit_sha', commit_sha,
  'synced', json(iif(json_valid(synced), synced, json_quote(synced))), 'archived_at', archived_at
) AS state FROM feature_toggles;

-- Whether the statement that is running sets enabled to false. The trigger after the update reads it and clears it.
ALTER TABLE flaghoist_actor ADD COLUMN disables INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER feature_toggles_disabling BEFORE UPDATE OF enabled ON feature_toggles WHEN NOT NEW.enabled
BEGIN
  INSERT INTO flaghoist_actor (one) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM flaghoist_actor);
  UPDATE flaghoist_actor SET disables = 1;
END;

-- The row that an UPDATE is changing, before and after. `kills`: the statement disables the flag by hand although git has disabled
-- it, too. The mark in `synced` keeps it disabled when git enables it. Without the mark, the statement would change nothing and
-- leave no trace.
CREATE VIEW flaghoist_update AS
SELECT id, row_before, changed_by, kills, iif(kills, json_set(state, '$.synced.killed', json('true')), state) AS row_after
FROM (SELECT state.id, actor.row_before, actor.changed_by, state.state, actor.disables AND actor.changed_by IS NULL
        AND json_extract(state.state, '$.synced.enabled') IS 0
        AND json_extract(state.state, '$.synced.killed') IS NULL AS kills
      FROM flaghoist_actor actor, flaghoist_state state);

DROP TRIGGER feature_toggles_updating;
CREATE TRIGGER feature_toggles_updating BEFORE UPDATE ON feature_toggles
BEGIN
  -- A damaged type may be corrected.
  SELECT RAISE(ABORT, 'the type of a flag can never change; insert a new flag with another key')
  WHERE NEW.flag_type <> OLD.flag_type AND OLD.flag_type IN ('boolean', 'string', 'number', 'object');
  SELECT RAISE(ABORT, 'the id and the key of a flag can never change; insert a new flag')
  WHERE NEW.id <> OLD.id OR NEW.feature_key <> OLD.feature_key;
  INSERT INTO flaghoist_actor (one) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM flaghoist_actor);
  UPDATE flaghoist_actor SET row_before = (SELECT state FROM flaghoist_state WHERE id = OLD.id);
END;

-- An UPDATE that changes nothing is not recorded. The stamps are restored where a statement wrote them. A new row is updated
-- by its own trigger while its stamps are empty: that is not a change. An UPDATE that only disables a flag is never refused.
DROP TRIGGER feature_toggles_updated;
CREATE TRIGGER feature_toggles_updated AFTER UPDATE ON feature_toggles
WHEN OLD.created_by <> '' AND OLD.last_modified_by <> ''
BEGIN
  INSERT INTO flaghoist_check (id) SELECT NEW.id FROM flaghoist_actor actor, flaghoist_state now
  WHERE now.id = NEW.id AND json_set(actor.row_before, '$.enabled', json('false')) IS NOT now.state;
  INSERT INTO flaghoist_change (toggle_id, feature_key, action, old_state, new_state)
  SELECT NEW.id, NEW.feature_key,
    CASE WHEN OLD.archived_at IS NULL AND NEW.archived_at IS NOT NULL THEN 'archived'
         WHEN OLD.archived_at IS NOT NULL AND NEW.archived_at IS NULL THEN 'restored'
         WHEN NEW.enabled AND NOT OLD.enabled THEN 'enabled'
         WHEN NOT NEW.enabled AND (OLD.enabled OR change.kills) THEN 'disabled'
         ELSE 'updated' END,
    -- Without this, a percentage that is written alone would have no effect while the strategy is all.
    change.row_before, iif(OLD.rollout_strategy = 'all' AND NEW.rollout_strategy = 'all' AND NEW.rollout_percentage < 100
      AND NEW.rollout_percentage <> OLD.rollout_percentage,
      json_set(change.row_after, '$.rollout_strategy', 'percentage'), change.row_after)
  FROM flaghoist_update change WHERE change.id = NEW.id AND change.row_before IS NOT change.row_after;
  UPDATE feature_toggles SET created_at = OLD.created_at, created_by = OLD.created_by,
    rollout_strategy = iif(OLD.rollout_strategy = 'all' AND NEW.rollout_percentage < 100
      AND NEW.rollout_percentage <> OLD.rollout_percentage AND NEW.rollout_strategy = 'all', 'percentage', NEW.rollout_strategy),
    synced = iif(change.kills, json_set(NEW.synced, '$.killed', json('true')), NEW.synced),
    updated_at = iif(change.same, OLD.updated_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    last_modified_by = iif(change.same, OLD.last_modified_by, coalesce(change.changed_by, 'sql'))
  FROM (SELECT changed_by, kills, row_before IS row_after AS same FROM flaghoist_update WHERE id = NEW.id) AS change
  WHERE id = NEW.id;
  UPDATE flaghoist_actor SET disables = 0;
END;

-- The latest report of every running process. Constraints as in PostgreSQL.
CREATE TABLE flaghoist_instances_guarded (
  id         TEXT PRIMARY KEY NOT NULL,
  host       TEXT NOT NULL,
  pid        INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  overrides  TEXT NOT NULL,
  started_at TEXT NOT NULL,
  seen_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  push       INTEGER,                             -- whether the process notices changes at once; null: it did not say

  CONSTRAINT "push is true, false or null" CHECK (push IN (0, 1)),
  CONSTRAINT "overrides is a JSON object of at most 256 KiB" CHECK (
    CASE WHEN json_valid(overrides) THEN json_type(overrides) IS 'object' AND length(overrides) <= 262144 ELSE 0 END),
  CONSTRAINT "host has at most 255 characters" CHECK (length(host) <= 255),
  CONSTRAINT "pid, epoch and revision are 0 to 9007199254740991" CHECK (
    pid BETWEEN 0 AND 9007199254740991 AND epoch BETWEEN 0 AND 2147483647 AND revision BETWEEN 0 AND 9007199254740991)
) STRICT;
INSERT INTO flaghoist_instances_guarded (id, host, pid, epoch, revision, overrides, started_at, seen_at)
SELECT id, host, pid, epoch, revision, overrides, started_at, seen_at FROM flaghoist_instances
WHERE iif(json_valid(overrides), json_type(overrides) IS 'object', false) AND length(overrides) <= 262144 AND length(host) <= 255
  AND pid BETWEEN 0 AND 9007199254740991 AND epoch BETWEEN 0 AND 2147483647 AND revision BETWEEN 0 AND 9007199254740991;
DROP TABLE flaghoist_instances;
ALTER TABLE flaghoist_instances_guarded RENAME TO flaghoist_instances;

CREATE TRIGGER flaghoist_instances_forget AFTER INSERT ON flaghoist_instances
BEGIN
  DELETE FROM flaghoist_instances WHERE seen_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-7 days');
END;
