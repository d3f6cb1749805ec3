/** Time for which a watched space is stored after the last message of a watcher to itself, in milliseconds. */
const WATCH_MS = 60_000;
/** SQLSTATE of a record with another version. */
const OTHER_VERSION = 'MJ001';

/**
 * Plans that functions may use. PostgreSQL reuses the plans of a function, so they must also suit tables that have grown since: only
 * scans in the order of an index, which end at their limit.
 */
const PLANS =
  'SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off';

/** Returns the SQL that creates the functions of records. */
export const entryFunctionsSql = (schema: string): string => `
-- Returns a record. PostgreSQL reuses the plan of a function, and planning a statement takes longer than finding its row.
CREATE OR REPLACE FUNCTION ${schema}.get_entry(of_space text, of_key text)
RETURNS TABLE (key text, label text, version text, at text, due text, value text) LANGUAGE plpgsql ${PLANS} AS $$
DECLARE
  now bigint := ${schema}.now_ms();
BEGIN
  RETURN QUERY SELECT entry.key, entry.label, entry.version::text, entry.at::text, (entry.due_at - now)::text, entry.value
  FROM ${schema}.entries AS entry
  WHERE entry.space = of_space AND entry.key = of_key AND (entry.until IS NULL OR entry.until > now);
END
$$;

-- Adds numbers to the counts of labels. Waits for no other transaction.
CREATE OR REPLACE FUNCTION ${schema}.count_entries(spaces text[], labels text[], numbers int[]) RETURNS void
LANGUAGE plpgsql ${PLANS} AS $$
BEGIN
  WITH added AS (
    SELECT space, label, sum(number) AS count FROM unnest(spaces, labels, numbers) AS given (space, label, number)
    GROUP BY space, label HAVING sum(number) <> 0
  ), replaced AS (
    DELETE FROM ${schema}.entry_counts WHERE ctid = ANY (ARRAY(
      SELECT old.ctid FROM added JOIN ${schema}.entry_counts AS old ON old.space = added.space AND old.label = added.label
      FOR UPDATE OF old SKIP LOCKED
    )) RETURNING space, label, count
  )
  INSERT INTO ${schema}.entry_counts (space, label, count)
  SELECT space, label, sum(count) FROM (SELECT * FROM added UNION ALL SELECT * FROM replaced) AS part
  GROUP BY space, label HAVING sum(count) <> 0;
END
$$;

-- Makes all changes or none. Returns the versions by place as a JSON array, or null if a record has another version. Also deletes
-- expired records.
CREATE OR REPLACE FUNCTION ${schema}.write_entries(
  of_space text, changes json, contents text[], channel text, message text, expired_limit int
) RETURNS text
LANGUAGE plpgsql ${PLANS} AS $$
DECLARE
  change record;
  entry record;
  is_new boolean;
  now bigint;
  next bigint;
  versions bigint[] := array_fill(0::bigint, ARRAY[json_array_length(changes)]);
  spaces text[] := '{}';
  labels text[] := '{}';
  numbers int[] := '{}';
BEGIN
  -- Two writes never wait for each other, because each locks its rows in the order of their spaces and keys.
  FOR change IN
    SELECT * FROM (
      SELECT of_space AS space, given.* FROM json_to_recordset(changes) AS given (place int, type text, key text, version bigint,
        content int, label text, due double precision, sets_due boolean, keep double precision, sets_until boolean, texts json)
      UNION ALL (
        SELECT space, null, 'expire', key, null, null, null, null, null, null, null, null FROM ${schema}.entries
        WHERE until <= (SELECT ${schema}.now_ms()) ORDER BY until LIMIT expired_limit
      )
    ) AS step ORDER BY step.space COLLATE "C", step.key COLLATE "C"
  LOOP
    IF change.type = 'expire' THEN
      SELECT label INTO entry FROM ${schema}.entries
      WHERE space = change.space AND key = change.key AND until <= ${schema}.now_ms() FOR UPDATE SKIP LOCKED;
      IF FOUND THEN
        DELETE FROM ${schema}.entries WHERE space = change.space AND key = change.key;
        spaces := spaces || change.space;
        labels := labels || entry.label;
        numbers := numbers || -1;
      END IF;
      CONTINUE;
    END IF;

    is_new := false;
    LOOP
      SELECT version, label, coalesce(until <= ${schema}.now_ms(), false) AS has_expired INTO entry
      FROM ${schema}.entries WHERE space = of_space AND key = change.key FOR UPDATE;
      EXIT WHEN FOUND;
      now := ${schema}.now_ms();
      next := nextval('${schema}.entry_versions');
      -- A missing row cannot be locked, so all changes insert one.
      INSERT INTO ${schema}.entries (space, key, label, version, at, due_at, until, value)
      VALUES (of_space, change.key, coalesce(change.label, ''), next, now, now + change.due, now + change.keep, coalesce(contents[change.content], ''))
      ON CONFLICT DO NOTHING;
      is_new := FOUND;
      EXIT WHEN is_new;
    END LOOP;

    IF is_new OR entry.has_expired THEN
      IF change.version <> 0 OR change.type = 'touch' THEN RAISE SQLSTATE '${OTHER_VERSION}'; END IF;
    ELSIF change.version <> entry.version THEN
      RAISE SQLSTATE '${OTHER_VERSION}';
    END IF;

    now := ${schema}.now_ms();
    IF change.type = 'check' THEN
      versions[change.place] := change.version;
      IF is_new THEN DELETE FROM ${schema}.entries WHERE space = of_space AND key = change.key; END IF;
    ELSIF change.type = 'remove' THEN
      DELETE FROM ${schema}.entries WHERE space = of_space AND key = change.key;
      IF NOT is_new THEN
        spaces := spaces || of_space;
        labels := labels || entry.label;
        numbers := numbers || -1;
      END IF;
    ELSE
      IF NOT is_new THEN
        next := nextval('${schema}.entry_versions');
        IF change.type = 'put' THEN
          UPDATE ${schema}.entries SET version = next, label = change.label, at = now, due_at = now + change.due,
            until = now + change.keep, value = contents[change.content] WHERE space = of_space AND key = change.key;
          DELETE FROM ${schema}.entry_texts WHERE space = of_space AND key = change.key;
        ELSE
          -- Does not write a long value, because PostgreSQL stores it separately.
          UPDATE ${schema}.entries SET version = next, label = coalesce(change.label, label),
            due_at = CASE WHEN change.sets_due THEN now + change.due ELSE due_at END,
            until = CASE WHEN change.sets_until THEN now + change.keep ELSE until END WHERE space = of_space AND key = change.key;
        END IF;
      END IF;
      versions[change.place] := next;
      IF is_new THEN
        spaces := spaces || of_space;
        labels := labels || change.label;
        numbers := numbers || 1;
      ELSIF change.label <> entry.label THEN
        spaces := spaces || of_space || of_space;
        labels := labels || entry.label || change.label;
        numbers := numbers || -1 || 1;
      END IF;
      IF change.texts IS NOT NULL THEN
        INSERT INTO ${schema}.entry_texts (space, key, place, text, words)
        SELECT of_space, change.key, place, item->>'text', (item->>'words')::tsvector
        FROM json_array_elements(change.texts) WITH ORDINALITY AS given (item, place);
      END IF;
    END IF;
  END LOOP;
  IF labels <> '{}' THEN PERFORM ${schema}.count_entries(spaces, labels, numbers); END IF;

  -- The lock is the last one, and lasts until the commit. A new watcher waits for it, so it misses no later write.
  PERFORM pg_advisory_xact_lock_shared(hashtext('${schema}.entry_watches'));
  IF EXISTS (SELECT FROM ${schema}.entry_watches WHERE space = of_space AND until > now) THEN
    PERFORM pg_notify(channel, message || (item->>'key')) FROM json_array_elements(changes) AS given (item) WHERE item->>'type' <> 'check';
  END IF;
  RETURN array_to_json(versions);
EXCEPTION WHEN SQLSTATE '${OTHER_VERSION}' THEN
  RETURN NULL;
END
$$;

-- Sends a message of a watcher of a space. Writes notify the watchers of a space only if it has some, because only one transaction
-- with notifications can commit at a time.
CREATE OR REPLACE FUNCTION ${schema}.watch_entries(of_space text, channel text, message text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  now bigint := ${schema}.now_ms();
BEGIN
  IF NOT EXISTS (SELECT FROM ${schema}.entry_watches WHERE space = of_space AND until > now + ${WATCH_MS / 2}) THEN
    -- Waits for the writes that do not know of the watcher.
    PERFORM pg_advisory_xact_lock(hashtext('${schema}.entry_watches'));
    INSERT INTO ${schema}.entry_watches AS old (space, until) VALUES (of_space, now + ${WATCH_MS})
    ON CONFLICT (space) DO UPDATE SET until = greatest(old.until, excluded.until);
  END IF;
  PERFORM pg_notify(channel, message);
END
$$;
`;
