/** Version of the tables and functions, stored in the database. */
export const SCHEMA_VERSION = 1;

/** Returns the SQL that creates all tables. It can be run repeatedly. */
export const tablesSql = (schema: string): string => `
CREATE TABLE IF NOT EXISTS ${schema}.meta (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL);

-- A counter without \`began\` was locked by a reservation that did not fit; \`ends\` is then the time of the reservation.
-- \`ends\` in epoch milliseconds; null: never.
CREATE TABLE IF NOT EXISTS ${schema}.counters (
  name text COLLATE "C" PRIMARY KEY, used bigint NOT NULL DEFAULT 0, held bigint NOT NULL DEFAULT 0,
  holders int NOT NULL DEFAULT 0, began bigint, ends bigint
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS counters_ends ON ${schema}.counters (ends);
CREATE SEQUENCE IF NOT EXISTS ${schema}.periods;

-- \`until\`: end of the lease of a held reservation, otherwise the time at which the id is forgotten. \`known\`: time for which the id
-- is stored after the settlement.
CREATE TABLE IF NOT EXISTS ${schema}.reservations (
  id text COLLATE "C" PRIMARY KEY, state text NOT NULL, until bigint NOT NULL, known bigint NOT NULL, holds jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS reservations_until ON ${schema}.reservations (state, until);

CREATE TABLE IF NOT EXISTS ${schema}.records (
  seq bigint GENERATED ALWAYS AS IDENTITY, id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, call text NOT NULL,
  tenant text, target text NOT NULL, record text NOT NULL
);
CREATE INDEX IF NOT EXISTS records_at ON ${schema}.records (at, seq);
CREATE INDEX IF NOT EXISTS records_call ON ${schema}.records (call);

-- Records of @majordomo/records. \`due_at\` and \`until\` in epoch milliseconds; null: never. A key, its space and its label fit into an
-- index entry. \`at > 0\` is always true: only statements with this condition use the index, and all others find a key by the primary key.
CREATE TABLE IF NOT EXISTS ${schema}.entries (
  space text COLLATE "C", key text COLLATE "C", label text COLLATE "C" NOT NULL, version bigint NOT NULL, at bigint NOT NULL,
  due_at double precision, until double precision, value text NOT NULL, PRIMARY KEY (space, key)
);
CREATE INDEX IF NOT EXISTS entries_label ON ${schema}.entries (space, label, key) WHERE at > 0;
CREATE INDEX IF NOT EXISTS entries_at ON ${schema}.entries (space, at DESC, key) WHERE at > 0;
CREATE INDEX IF NOT EXISTS entries_label_at ON ${schema}.entries (space, label, at DESC, key) WHERE at > 0;
CREATE INDEX IF NOT EXISTS entries_due ON ${schema}.entries (space, due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS entries_until ON ${schema}.entries (until, space, label) WHERE until IS NOT NULL;
CREATE SEQUENCE IF NOT EXISTS ${schema}.entry_versions;
-- Changes of the number of records. A write replaces the rows of its labels by their sum, except the rows that another write replaces.
CREATE TABLE IF NOT EXISTS ${schema}.entry_counts (
  space text COLLATE "C" NOT NULL, label text COLLATE "C" NOT NULL, count bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_counts_label ON ${schema}.entry_counts (space, label);
CREATE TABLE IF NOT EXISTS ${schema}.entry_texts (
  space text COLLATE "C", key text COLLATE "C", place int, text text NOT NULL, words tsvector NOT NULL,
  PRIMARY KEY (space, key, place), FOREIGN KEY (space, key) REFERENCES ${schema}.entries ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS entry_texts_words ON ${schema}.entry_texts USING gin (words);
-- Spaces whose changes are notified to watchers.
CREATE TABLE IF NOT EXISTS ${schema}.entry_watches (space text COLLATE "C" PRIMARY KEY, until bigint NOT NULL);

-- Bytes of the files of clients of a gateway. The other facts about the files are records.
CREATE TABLE IF NOT EXISTS ${schema}.file_pieces (
  id text COLLATE "C", place int, bytes bytea NOT NULL, PRIMARY KEY (id, place)
);
-- Documents are compressed already.
ALTER TABLE ${schema}.file_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Calls of a gateway. \`output\` only of streamed calls.
CREATE TABLE IF NOT EXISTS ${schema}.calls (
  id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, request text, client_request text, tenant text, key text, model text,
  target text, operation text NOT NULL, outcome text NOT NULL, kind text, ms bigint NOT NULL, first_ms bigint, output bigint,
  nano_usd numeric, json text NOT NULL, content text
);
CREATE INDEX IF NOT EXISTS calls_at ON ${schema}.calls (at, id);
CREATE INDEX IF NOT EXISTS calls_request ON ${schema}.calls (request);
CREATE INDEX IF NOT EXISTS calls_client_request ON ${schema}.calls (client_request);
CREATE INDEX IF NOT EXISTS calls_key ON ${schema}.calls (key, at, id);
CREATE INDEX IF NOT EXISTS calls_tenant ON ${schema}.calls (tenant, at, id);
CREATE INDEX IF NOT EXISTS calls_outcome ON ${schema}.calls (outcome, at, id);
CREATE INDEX IF NOT EXISTS calls_content ON ${schema}.calls (at) WHERE content IS NOT NULL;

-- Sums of the calls of an hour as JSON, without tenants and keys, and with them; null: not computed. \`hour\` in epoch milliseconds.
CREATE TABLE IF NOT EXISTS ${schema}.call_hours (hour bigint PRIMARY KEY, version text NOT NULL, models text, callers text);

CREATE TABLE IF NOT EXISTS ${schema}.verdicts (target text PRIMARY KEY, verdict text NOT NULL, until bigint NOT NULL);

-- Messages that are too long for NOTIFY.
CREATE TABLE IF NOT EXISTS ${schema}.messages (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message text NOT NULL, until bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_until ON ${schema}.messages (until);
`;
