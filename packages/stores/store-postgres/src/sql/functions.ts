/** Time for which a reservation can still be settled after its lease has ended, in milliseconds. */
const LAPSED_MS = 86_400_000;
/** Time for which a counter is stored after the end of its period, in milliseconds. */
const COUNTER_MS = 7 * 86_400_000;
/** Maximum value of a PostgreSQL bigint. */
const MAX = '9223372036854775807';
/** Maximum number of rows that one statement ends or deletes. The next statement continues. */
const MAX_ROWS = 1000;

/** Returns the SQL that creates the functions. */
export const functionsSql = (schema: string): string => `
CREATE OR REPLACE FUNCTION ${schema}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

-- Returns the end of a period that starts now, in epoch milliseconds. With 'window', returns the end of the current window.
CREATE OR REPLACE FUNCTION ${schema}.period_end(claim jsonb, now bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN claim ? 'window'
    THEN now + (claim->>'window')::bigint - mod(now - (claim->>'phase')::bigint, (claim->>'window')::bigint)
    ELSE now + (claim->>'resets')::bigint END
$$;

-- Ends lapsed reservations. The caller has locked all their counters.
CREATE OR REPLACE FUNCTION ${schema}.lapse(ids text[], now bigint) RETURNS void LANGUAGE sql AS $$
  WITH lapsed AS (
    UPDATE ${schema}.reservations SET state = 'lapsed', until = now + ${LAPSED_MS}
    WHERE id = ANY (ids) AND state = 'held' AND until <= now RETURNING holds
  ), sums AS (
    SELECT hold->>'counter' AS name, (hold->>'began')::bigint AS began, sum((hold->>'amount')::numeric) AS amount,
      count(*) FILTER (WHERE hold->>'amount' <> '0') AS holders,
      coalesce(sum((hold->>'amount')::numeric) FILTER (WHERE hold->>'lapse' = 'spent'), 0) AS spent
    FROM lapsed, jsonb_array_elements(holds) AS hold GROUP BY 1, 2
  )
  UPDATE ${schema}.counters AS counter SET held = counter.held - sums.amount, holders = counter.holders - sums.holders,
    used = least(counter.used + sums.spent, ${MAX})
  FROM sums WHERE counter.name = sums.name AND counter.began = sums.began
$$;

-- Reserves all claims, or returns the first claim that does not fit. The caller has locked all counters.
CREATE OR REPLACE FUNCTION ${schema}.reserve(operation jsonb, now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  refusal jsonb;
  begun text[];
BEGIN
  IF EXISTS (SELECT FROM ${schema}.reservations WHERE id = operation->>'id') THEN RETURN '{}'; END IF;
  IF jsonb_array_length(operation->'claims') = 0 THEN
    -- No counter is locked, so another statement may insert the same id.
    INSERT INTO ${schema}.reservations (id, state, until, known, holds)
    VALUES (operation->>'id', 'held', now + (operation->>'lease')::bigint, (operation->>'known')::bigint, '[]') ON CONFLICT DO NOTHING;
    RETURN '{}';
  END IF;

  WITH started AS (
    UPDATE ${schema}.counters AS counter
    SET used = 0, held = 0, holders = 0, began = nextval('${schema}.periods'), ends = ${schema}.period_end(claim, now)
    FROM jsonb_array_elements(operation->'claims') AS claim
    WHERE counter.name = claim->>'counter' AND (counter.began IS NULL OR counter.ends <= now)
    RETURNING counter.name
  )
  SELECT array_agg(name) INTO begun FROM started;

  -- The amount that is left for a claim (room) excludes the earlier claims of this reservation on the same counter.
  SELECT jsonb_build_object('counter', name, 'left', room::text, 'held', held::text, 'holders', holders, 'retry', ends - now)
  INTO refusal FROM (
    SELECT counter.*, place, (claim->>'amount')::numeric AS amount, (claim->>'max')::numeric - used - held + (claim->>'amount')::numeric
      - sum((claim->>'amount')::numeric) OVER (PARTITION BY name ORDER BY place) AS room
    FROM jsonb_array_elements(operation->'claims') WITH ORDINALITY AS claims (claim, place)
    JOIN ${schema}.counters AS counter ON name = claim->>'counter'
  ) AS checked WHERE room < amount ORDER BY place LIMIT 1;
  IF FOUND THEN
    -- The period has not begun, so that an unused counter is deleted later.
    UPDATE ${schema}.counters SET began = NULL, ends = now WHERE name = ANY (begun);
    RETURN refusal;
  END IF;

  -- Claims of one reservation on the same counter have the same effect of a lapse, so \`min\` only selects it.
  WITH sums AS (
    SELECT claim->>'counter' AS name, sum((claim->>'amount')::numeric) AS amount, min(claim->>'lapse') AS lapse
    FROM jsonb_array_elements(operation->'claims') AS claim GROUP BY 1
  ), counted AS (
    UPDATE ${schema}.counters AS counter
    SET held = least(held + sums.amount, ${MAX}), holders = holders + (sums.amount > 0)::int
    FROM sums WHERE counter.name = sums.name
    RETURNING jsonb_build_object('counter', counter.name, 'began', counter.began, 'amount', sums.amount::text, 'lapse', sums.lapse) AS hold
  )
  INSERT INTO ${schema}.reservations (id, state, until, known, holds)
  SELECT operation->>'id', 'held', now + (operation->>'lease')::bigint, (operation->>'known')::bigint,
    coalesce((SELECT jsonb_agg(hold) FROM counted), '[]');
  RETURN '{}';
END
$$;

-- Replaces the reserved amounts with the used amounts. Returns whether the lease was valid. The caller has locked all counters.
CREATE OR REPLACE FUNCTION ${schema}.settle(operation jsonb, now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reservation ${schema}.reservations;
BEGIN
  SELECT * INTO reservation FROM ${schema}.reservations WHERE id = operation->>'id' AND state <> 'settled';
  IF NOT FOUND THEN RETURN '{"held": false}'; END IF;

  UPDATE ${schema}.counters AS counter SET
    held = CASE WHEN reservation.state = 'held' THEN held - amount ELSE held END,
    holders = holders - (reservation.state = 'held' AND amount > 0)::int,
    used = least(used + paid - CASE WHEN reservation.state = 'lapsed' AND lapse = 'spent' THEN amount ELSE 0 END, ${MAX})
  FROM (
    SELECT hold->>'counter' AS name, (hold->>'began')::bigint AS began, (hold->>'amount')::numeric AS amount, hold->>'lapse' AS lapse,
      (SELECT coalesce(sum((used->>'amount')::numeric), 0) FROM jsonb_array_elements(operation->'used') AS used
       WHERE used->>'counter' = hold->>'counter') AS paid
    FROM jsonb_array_elements(reservation.holds) AS hold
  ) AS hold
  WHERE counter.name = hold.name AND counter.began = hold.began;

  UPDATE ${schema}.reservations SET state = 'settled', until = now + known, holds = '[]' WHERE id = reservation.id;
  RETURN jsonb_build_object('held', reservation.state = 'held');
END
$$;

-- Executes operations of one process together. First locks the counters of the operations and of lapsed reservations, always
-- in the same order. Two calls therefore never wait for each other. A reservation is changed only under the locks of its
-- counters.
CREATE OR REPLACE FUNCTION ${schema}.ledger(operations jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  lapsed text[] := ARRAY(
    SELECT id FROM ${schema}.reservations WHERE state = 'held' AND until <= ${schema}.now_ms() ORDER BY until LIMIT ${MAX_ROWS});
  settled text[] := ARRAY(SELECT item->>'id' FROM jsonb_array_elements(operations) AS item WHERE item->>'type' <> 'reserve');
  known text[];
  claimed text[];
  names text[];
  locked bigint;
  now bigint;
  operation jsonb;
  answers jsonb := '[]';
BEGIN
  SELECT coalesce(array_agg(DISTINCT reservation.id), '{}'), array_agg(DISTINCT hold->>'counter') INTO known, names
  FROM ${schema}.reservations AS reservation LEFT JOIN jsonb_array_elements(reservation.holds) AS hold ON true
  WHERE reservation.id = ANY (lapsed || settled);
  SELECT array_agg(DISTINCT claim->>'counter') INTO claimed
  FROM jsonb_array_elements(operations) AS item, jsonb_array_elements(item->'claims') AS claim;
  names := ARRAY(SELECT DISTINCT name FROM unnest(names || claimed) AS name WHERE name IS NOT NULL);

  LOOP
    INSERT INTO ${schema}.counters (name, ends) SELECT name, ${schema}.now_ms() FROM unnest(claimed) AS name ORDER BY name COLLATE "C" ON CONFLICT DO NOTHING;
    SELECT count(*) FILTER (WHERE name = ANY (claimed)) INTO locked FROM (
      SELECT name FROM ${schema}.counters WHERE name = ANY (names) ORDER BY name FOR UPDATE
    ) AS counters;
    -- A counter may have been deleted between the two statements.
    EXIT WHEN locked = coalesce(cardinality(claimed), 0);
  END LOOP;

  now := ${schema}.now_ms();
  PERFORM ${schema}.lapse(lapsed, now);
  FOR operation IN SELECT jsonb_array_elements(operations) LOOP
    IF operation->>'type' = 'reserve' THEN
      answers := answers || ${schema}.reserve(operation, now);
      known := known || (operation->>'id');
    ELSIF NOT operation->>'id' = ANY (known) THEN
      -- The counters of a reservation that was not known before the locks are not locked.
      answers := answers || '{"held": false}'::jsonb;
    ELSIF operation->>'type' = 'settle' THEN
      answers := answers || ${schema}.settle(operation, now);
    ELSE
      UPDATE ${schema}.reservations SET until = now + (operation->>'lease')::bigint
      WHERE id = operation->>'id' AND state = 'held' AND until > now;
      answers := answers || '{}'::jsonb;
    END IF;
  END LOOP;
  RETURN answers;
END
$$;

-- Deletes old rows. Rows that another statement uses are skipped.
CREATE OR REPLACE FUNCTION ${schema}.sweep(keep bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  now bigint := ${schema}.now_ms();
BEGIN
  DELETE FROM ${schema}.counters WHERE name IN (
    SELECT name FROM ${schema}.counters WHERE ends < now - ${COUNTER_MS} LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED);
  DELETE FROM ${schema}.reservations WHERE id IN (
    SELECT id FROM ${schema}.reservations WHERE state IN ('settled', 'lapsed') AND until < now LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED);
  DELETE FROM ${schema}.records WHERE seq IN (
    SELECT seq FROM ${schema}.records WHERE at < now - keep ORDER BY at LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED);
  -- A write without changes only deletes expired records.
  PERFORM ${schema}.write_entries('', '[]', '{}', '', '', ${MAX_ROWS});
  DELETE FROM ${schema}.entry_watches WHERE space IN (
    SELECT space FROM ${schema}.entry_watches WHERE until <= now LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED);
  DELETE FROM ${schema}.messages WHERE seq IN (
    SELECT seq FROM ${schema}.messages WHERE until < now LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED);
  DELETE FROM ${schema}.verdicts WHERE target IN (
    SELECT target FROM ${schema}.verdicts WHERE until < now LIMIT ${MAX_ROWS} FOR UPDATE SKIP LOCKED);
END
$$;
`;
