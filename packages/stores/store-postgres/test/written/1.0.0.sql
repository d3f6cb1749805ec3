
SELECT pg_advisory_xact_lock(hashtext('majordomo written'))::text;
DO $do$ BEGIN
  -- CREATE SCHEMA needs a privilege even if the schema exists.
  IF to_regnamespace('"written"') IS NULL THEN CREATE SCHEMA "written"; END IF;
END $do$;

CREATE TABLE IF NOT EXISTS "written".meta (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL);

-- A counter without `began` was locked by a reservation that did not fit. `ends` in epoch milliseconds; null: never.
CREATE TABLE IF NOT EXISTS "written".counters (
  name text COLLATE "C" PRIMARY KEY, used bigint NOT NULL DEFAULT 0, held bigint NOT NULL DEFAULT 0,
  holders int NOT NULL DEFAULT 0, began bigint, ends bigint
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS counters_ends ON "written".counters (ends);
CREATE SEQUENCE IF NOT EXISTS "written".periods;

-- `until`: end of the lease of a held reservation, otherwise the time at which the id is forgotten.
CREATE TABLE IF NOT EXISTS "written".reservations (
  id text COLLATE "C" PRIMARY KEY, state text NOT NULL, until bigint NOT NULL, known bigint NOT NULL, holds jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS reservations_until ON "written".reservations (state, until);

CREATE TABLE IF NOT EXISTS "written".records (
  seq bigint GENERATED ALWAYS AS IDENTITY, id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, call text NOT NULL,
  tenant text, target text NOT NULL, record text NOT NULL
);
CREATE INDEX IF NOT EXISTS records_at ON "written".records (at, seq);
CREATE INDEX IF NOT EXISTS records_call ON "written".records (call);

-- The key is a hash, since an index entry has a maximum length.
CREATE TABLE IF NOT EXISTS "written".cache (key bytea PRIMARY KEY, value text NOT NULL, until bigint);
CREATE INDEX IF NOT EXISTS cache_until ON "written".cache (until);

CREATE TABLE IF NOT EXISTS "written".runs (
  id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, version bigint NOT NULL, awaiting boolean NOT NULL, done text,
  state text NOT NULL, holder text, held_until bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS runs_at ON "written".runs (at);

-- `messages`: their number. A title in `renamed` was set by 1: a model, 2: a user.
CREATE TABLE IF NOT EXISTS "written".conversations (
  seq bigint GENERATED ALWAYS AS IDENTITY, id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, version bigint NOT NULL,
  spec text NOT NULL, system text, title text NOT NULL, messages int NOT NULL, renamed text, renamed_by int NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS conversations_at ON "written".conversations (at);
CREATE TABLE IF NOT EXISTS "written".conversation_messages (
  conversation text COLLATE "C" REFERENCES "written".conversations ON DELETE CASCADE, place int, hash text NOT NULL,
  json text NOT NULL, words tsvector NOT NULL, PRIMARY KEY (conversation, place)
);
CREATE INDEX IF NOT EXISTS conversation_messages_words ON "written".conversation_messages USING gin (words);

CREATE TABLE IF NOT EXISTS "written".keys (
  id text COLLATE "C" PRIMARY KEY, created text COLLATE "C" NOT NULL, tenant text, version bigint NOT NULL, json text NOT NULL
);
CREATE INDEX IF NOT EXISTS keys_created ON "written".keys (created, id);
CREATE TABLE IF NOT EXISTS "written".key_hashes (
  sha256 text COLLATE "C" PRIMARY KEY, key text COLLATE "C" NOT NULL REFERENCES "written".keys ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS key_hashes_key ON "written".key_hashes (key);

-- Calls of a gateway. `output` only of streamed calls.
CREATE TABLE IF NOT EXISTS "written".calls (
  id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, request text, client_request text, tenant text, key text, model text,
  target text, operation text NOT NULL, outcome text NOT NULL, kind text, ms bigint NOT NULL, first_ms bigint, output bigint,
  nano_usd numeric, json text NOT NULL, content text
);
CREATE INDEX IF NOT EXISTS calls_at ON "written".calls (at, id);
CREATE INDEX IF NOT EXISTS calls_request ON "written".calls (request);
CREATE INDEX IF NOT EXISTS calls_client_request ON "written".calls (client_request);
CREATE INDEX IF NOT EXISTS calls_key ON "written".calls (key, at, id);
CREATE INDEX IF NOT EXISTS calls_tenant ON "written".calls (tenant, at, id);
CREATE INDEX IF NOT EXISTS calls_outcome ON "written".calls (outcome, at, id);
CREATE INDEX IF NOT EXISTS calls_content ON "written".calls (at) WHERE content IS NOT NULL;

CREATE TABLE IF NOT EXISTS "written".verdicts (target text PRIMARY KEY, verdict text NOT NULL, until bigint NOT NULL);

-- Messages that are too long for NOTIFY.
CREATE TABLE IF NOT EXISTS "written".messages (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message text NOT NULL, until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_until ON "written".messages (until);


CREATE OR REPLACE FUNCTION "written".now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

-- End of a period that starts now: the rest of it, or the current window of equal windows.
CREATE OR REPLACE FUNCTION "written".period_end(claim jsonb, now bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN claim ? 'window'
    THEN now + (claim->>'window')::bigint - mod(now - (claim->>'phase')::bigint, (claim->>'window')::bigint)
    ELSE now + (claim->>'resets')::bigint END
$$;

-- Ends lapsed reservations, all of whose counters are locked.
CREATE OR REPLACE FUNCTION "written".lapse(ids text[], now bigint) RETURNS void LANGUAGE sql AS $$
  WITH lapsed AS (
    UPDATE "written".reservations SET state = 'lapsed', until = now + 86400000
    WHERE id = ANY (ids) AND state = 'held' AND until <= now RETURNING holds
  ), sums AS (
    SELECT hold->>'c' AS name, (hold->>'b')::bigint AS began, sum((hold->>'a')::numeric) AS amount,
      count(*) FILTER (WHERE hold->>'a' <> '0') AS holders,
      coalesce(sum((hold->>'a')::numeric) FILTER (WHERE hold->>'l' = 'spent'), 0) AS spent
    FROM lapsed, jsonb_array_elements(holds) AS hold GROUP BY 1, 2
  )
  UPDATE "written".counters AS counter SET held = counter.held - sums.amount, holders = counter.holders - sums.holders,
    used = least(counter.used + sums.spent, 9223372036854775807)
  FROM sums WHERE counter.name = sums.name AND counter.began = sums.began
$$;

-- Holds all claims, or returns the first one that does not fit. All counters are locked.
CREATE OR REPLACE FUNCTION "written".reserve(operation jsonb, now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  refusal jsonb;
BEGIN
  IF EXISTS (SELECT FROM "written".reservations WHERE id = operation->>'id') THEN RETURN '{}'; END IF;

  UPDATE "written".counters AS counter
  SET used = 0, held = 0, holders = 0, began = nextval('"written".periods'), ends = "written".period_end(claim, now)
  FROM jsonb_array_elements(operation->'claims') AS claim
  WHERE counter.name = claim->>'c' AND (counter.began IS NULL OR counter.ends <= now);

  SELECT jsonb_build_object('counter', name, 'left', room::text, 'held', held::text, 'holders', holders, 'retry', ends - now)
  INTO refusal FROM (
    SELECT counter.*, place, (claim->>'a')::numeric AS amount, (claim->>'max')::numeric - used - held + (claim->>'a')::numeric
      - sum((claim->>'a')::numeric) OVER (PARTITION BY name ORDER BY place) AS room
    FROM jsonb_array_elements(operation->'claims') WITH ORDINALITY AS claims (claim, place)
    JOIN "written".counters AS counter ON name = claim->>'c'
  ) AS checked WHERE room < amount ORDER BY place LIMIT 1;
  IF FOUND THEN RETURN refusal; END IF;

  WITH sums AS (
    SELECT claim->>'c' AS name, sum((claim->>'a')::numeric) AS amount, min(claim->>'l') AS lapse
    FROM jsonb_array_elements(operation->'claims') AS claim GROUP BY 1
  ), counted AS (
    UPDATE "written".counters AS counter
    SET held = least(held + sums.amount, 9223372036854775807), holders = holders + (sums.amount > 0)::int
    FROM sums WHERE counter.name = sums.name
    RETURNING jsonb_build_object('c', counter.name, 'b', counter.began, 'a', sums.amount::text, 'l', sums.lapse) AS hold
  )
  INSERT INTO "written".reservations
  SELECT operation->>'id', 'held', now + (operation->>'lease')::bigint, (operation->>'known')::bigint,
    coalesce((SELECT jsonb_agg(hold) FROM counted), '[]');
  RETURN '{}';
END
$$;

-- Replaces the held amounts with the used ones. Returns whether they were held. All counters are locked.
CREATE OR REPLACE FUNCTION "written".settle(operation jsonb, now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  reservation "written".reservations;
BEGIN
  SELECT * INTO reservation FROM "written".reservations WHERE id = operation->>'id' AND state <> 'settled';
  IF NOT FOUND THEN RETURN '{"held": false}'; END IF;

  UPDATE "written".counters AS counter SET
    held = CASE WHEN reservation.state = 'held' THEN held - amount ELSE held END,
    holders = holders - (reservation.state = 'held' AND amount > 0)::int,
    used = least(used + paid - CASE WHEN reservation.state = 'lapsed' AND lapse = 'spent' THEN amount ELSE 0 END, 9223372036854775807)
  FROM (
    SELECT hold->>'c' AS name, (hold->>'b')::bigint AS began, (hold->>'a')::numeric AS amount, hold->>'l' AS lapse,
      (SELECT coalesce(sum((used->>'a')::numeric), 0) FROM jsonb_array_elements(operation->'used') AS used
       WHERE used->>'c' = hold->>'c') AS paid
    FROM jsonb_array_elements(reservation.holds) AS hold
  ) AS hold
  WHERE counter.name = hold.name AND counter.began = hold.began;

  UPDATE "written".reservations SET state = 'settled', until = now + known, holds = '[]' WHERE id = reservation.id;
  RETURN jsonb_build_object('held', reservation.state = 'held');
END
$$;

-- Executes operations of one process together. It locks all their counters, and those of lapsed reservations, in one order
-- before it reads any of them. Two calls therefore never wait for each other. A reservation is changed only under the locks
-- of its counters.
CREATE OR REPLACE FUNCTION "written".ledger(operations jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  lapsed text[] := ARRAY(
    SELECT id FROM "written".reservations WHERE state = 'held' AND until <= "written".now_ms() ORDER BY until LIMIT 1000);
  settled text[] := ARRAY(SELECT item->>'id' FROM jsonb_array_elements(operations) AS item WHERE item->>'type' <> 'reserve');
  known text[];
  claimed text[];
  names text[];
  locked bigint;
  now bigint;
  operation jsonb;
  answers jsonb := '[]';
BEGIN
  SELECT coalesce(array_agg(DISTINCT reservation.id), '{}'), array_agg(DISTINCT hold->>'c') INTO known, names
  FROM "written".reservations AS reservation LEFT JOIN jsonb_array_elements(reservation.holds) AS hold ON true
  WHERE reservation.id = ANY (lapsed || settled);
  SELECT array_agg(DISTINCT claim->>'c') INTO claimed
  FROM jsonb_array_elements(operations) AS item, jsonb_array_elements(item->'claims') AS claim;
  names := ARRAY(SELECT DISTINCT name FROM unnest(names || claimed) AS name WHERE name IS NOT NULL);

  LOOP
    INSERT INTO "written".counters (name) SELECT name FROM unnest(claimed) AS name ORDER BY name COLLATE "C" ON CONFLICT DO NOTHING;
    SELECT count(*) FILTER (WHERE name = ANY (claimed)) INTO locked FROM (
      SELECT name FROM "written".counters WHERE name = ANY (names) ORDER BY name FOR UPDATE
    ) AS counters;
    -- A counter may have been deleted between the two statements.
    EXIT WHEN locked = coalesce(cardinality(claimed), 0);
  END LOOP;

  now := "written".now_ms();
  PERFORM "written".lapse(lapsed, now);
  FOR operation IN SELECT jsonb_array_elements(operations) LOOP
    IF operation->>'type' = 'reserve' THEN
      answers := answers || "written".reserve(operation, now);
      known := known || (operation->>'id');
    ELSIF NOT operation->>'id' = ANY (known) THEN
      answers := answers || '{"held": false}'::jsonb;
    ELSIF operation->>'type' = 'settle' THEN
      answers := answers || "written".settle(operation, now);
    ELSE
      UPDATE "written".reservations SET until = now + (operation->>'lease')::bigint
      WHERE id = operation->>'id' AND state = 'held' AND until > now;
      answers := answers || '{}'::jsonb;
    END IF;
  END LOOP;
  RETURN answers;
END
$$;

-- Deletes old rows. Rows that another statement uses are skipped.
CREATE OR REPLACE FUNCTION "written".sweep(keep bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  now bigint := "written".now_ms();
BEGIN
  DELETE FROM "written".counters WHERE name IN (
    SELECT name FROM "written".counters WHERE ends < now - 604800000 LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM "written".reservations WHERE id IN (
    SELECT id FROM "written".reservations WHERE state IN ('settled', 'lapsed') AND until < now LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM "written".records WHERE seq IN (
    SELECT seq FROM "written".records WHERE at < now - keep ORDER BY at LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM "written".cache WHERE key IN (
    SELECT key FROM "written".cache WHERE until < now LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM "written".messages WHERE seq IN (
    SELECT seq FROM "written".messages WHERE until < now LIMIT 1000 FOR UPDATE SKIP LOCKED);
  DELETE FROM "written".verdicts WHERE target IN (
    SELECT target FROM "written".verdicts WHERE until < now LIMIT 1000 FOR UPDATE SKIP LOCKED);
END
$$;

INSERT INTO "written".meta (version) VALUES (1) ON CONFLICT (one) DO NOTHING;
SET LOCAL session_replication_role = replica;
INSERT INTO written.cache OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.cache, $rows$[{"key":"\\x3673014e72b67383be302485694555a57ad393afdebaed6ded110a775bd0556d","value":"{\"value\":{\"text\":\"Hello.\"}}","until":null}]$rows$);
INSERT INTO written.calls OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.calls, $rows$[{"id":"call-1","at":1795392000000,"request":"req-1","client_request":null,"tenant":"acme","key":"key_1","model":"fast","target":"openai/gpt","operation":"chat","outcome":"finished","kind":null,"ms":120,"first_ms":40,"output":2,"nano_usd":9007199254740993,"json":"{\"id\":\"call-1\",\"requestId\":\"req-1\",\"at\":\"2026-11-23T00:00:00.000Z\",\"ms\":120,\"firstMs\":40,\"operation\":\"chat\",\"wire\":\"openai-chat\",\"isStreamed\":true,\"model\":\"fast\",\"spec\":\"openai/gpt\",\"target\":\"openai/gpt\",\"tenant\":\"acme\",\"key\":\"key_1\",\"outcome\":\"finished\",\"status\":200,\"attempts\":[],\"usage\":{\"input\":3,\"output\":2},\"nanoUsd\":\"9007199254740993\",\"finish\":\"stop\",\"warnings\":[],\"metadata\":{}}","content":"{\"request\":{\"messages\":[\"hi\"]},\"response\":{\"text\":\"Hello.\"}}"}]$rows$);
INSERT INTO written.conversation_messages OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.conversation_messages, $rows$[{"conversation":"talk","place":0,"hash":"e712d2443165f1c47369afaeb1e4a00f","json":"{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"Où est Köln?\"}]}","words":"'est':2 'koln':3 'ou':1"}]$rows$);
INSERT INTO written.conversations OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.conversations, $rows$[{"seq":1,"id":"talk","at":1795470138354,"version":1,"spec":"openai/gpt","system":"Be brief.","title":"Où est Köln?","messages":1,"renamed":null,"renamed_by":0}]$rows$);
INSERT INTO written.counters OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.counters, $rows$[{"name":"usd/acme","used":7,"held":0,"holders":0,"began":1,"ends":null}]$rows$);
INSERT INTO written.key_hashes OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.key_hashes, $rows$[{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","key":"key_1"}]$rows$);
INSERT INTO written.keys OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.keys, $rows$[{"id":"key_1","created":"2026-11-23T00:00:00.000Z","tenant":"acme","version":1,"json":"{\"id\":\"key_1\",\"name\":\"ci\",\"tenant\":\"acme\",\"limits\":[],\"metadata\":{},\"admin\":false,\"lastFour\":\"abcd\",\"createdAt\":\"2026-11-23T00:00:00.000Z\",\"hashes\":[{\"sha256\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}],\"version\":1}"}]$rows$);
INSERT INTO written.records OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.records, $rows$[{"seq":1,"id":"call-1/openai/gpt/1","at":1795392000000,"call":"call-1","tenant":"acme","target":"openai/gpt","record":"{\"id\":\"call-1/openai/gpt/1\",\"at\":\"2026-11-23T00:00:00.000Z\",\"call\":\"call-1\",\"operation\":\"chat\",\"target\":\"openai/gpt\",\"vendor\":\"openai\",\"model\":\"gpt\",\"name\":\"fast\",\"tenant\":\"acme\",\"tags\":{\"team\":\"a\"},\"outcome\":\"finished\",\"ms\":120,\"nanoUsd\":\"9007199254740993\",\"basis\":\"catalogue\",\"missing\":[],\"catalog\":\"2026-11-01\",\"usage\":{\"input\":3,\"output\":2}}"}]$rows$);
INSERT INTO written.reservations OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.reservations, $rows$[{"id":"reservation","state":"settled","until":1795470198331,"known":60000,"holds":[]}]$rows$);
INSERT INTO written.runs OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::written.runs, $rows$[{"id":"run","at":1795470138349,"version":1,"awaiting":false,"done":"answered","state":"{\"version\":1,\"steps\":1,\"pending\":[],\"results\":[],\"decisions\":[],\"done\":\"answered\",\"messages\":[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"image\",\"mediaType\":\"image/png\",\"bytes\":{\"$bytes\":\"AQID\"}}]}],\"usage\":{\"input\":1,\"output\":2}}","holder":null,"held_until":0}]$rows$);
SELECT setval('written.conversations_seq_seq', 1000)::text;
SELECT setval('written.messages_seq_seq', 1000)::text;
SELECT setval('written.periods', 1000)::text;
SELECT setval('written.records_seq_seq', 1000)::text;
