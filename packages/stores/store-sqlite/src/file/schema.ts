import { RECORD_TABLES } from '@majordomo/records/sqlite';

/** Application id in the header of the file: `mjdm`. */
export const APPLICATION_ID = 0x6d6a646d;

/** Version of the tables, stored in the file. */
export const FORMAT = 1;

/** Creates the tables of an empty file. */
export const TABLES: string = `
  CREATE TABLE counters (
    counter TEXT PRIMARY KEY,
    used INTEGER NOT NULL,
    held INTEGER NOT NULL,
    resets_at INTEGER,
    period INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- "ended" is 0 while the reservation is held until "until", 1 if it lapsed at "until", and 2 if it was settled at "until".
  CREATE TABLE reservations (
    id TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    holds TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX reservations_by_end ON reservations (ended, until);

  CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    call TEXT NOT NULL,
    series INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    json TEXT NOT NULL
  );
  CREATE INDEX records_by_time ON records (at, seq);
  CREATE INDEX records_by_call ON records (call);

  -- Combinations of the members by which reports group records, such as tenant and target, as JSON.
  CREATE TABLE series (id INTEGER PRIMARY KEY, what TEXT NOT NULL UNIQUE);

  -- Sums of the records of one series in one hour. "hour" counts from the Unix epoch, and
  -- "single" counts records that are the only one of their call.
  CREATE TABLE hours (
    hour INTEGER NOT NULL,
    series INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    single INTEGER NOT NULL,
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    nano_usd INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    durations BLOB NOT NULL,
    -- Attempts without a count of their tokens.
    unknown_usage INTEGER NOT NULL DEFAULT 0,
    -- Tokens written to prompt caches, and the effect of the caches in nano-USD.
    cache_write INTEGER NOT NULL DEFAULT 0,
    cache_saved INTEGER NOT NULL DEFAULT 0,
    cache_extra INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, series)
  ) WITHOUT ROWID;

  -- Records whose call has several records. A report reads them to count such a call once.
  CREATE TABLE shared_calls (
    at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    series INTEGER NOT NULL,
    call TEXT NOT NULL,
    PRIMARY KEY (at, seq)
  ) WITHOUT ROWID;

  -- Calls of a gateway. "output" is set for streamed calls only. "nano_usd" is null if the cost is unknown.
  CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    request TEXT,
    client_request TEXT,
    tenant TEXT,
    key TEXT,
    model TEXT,
    target TEXT,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    kind TEXT,
    ms INTEGER NOT NULL,
    first_ms INTEGER,
    output INTEGER,
    nano_usd INTEGER,
    json TEXT NOT NULL,
    content TEXT
  );
  CREATE INDEX calls_by_time ON calls (at, id);
  CREATE INDEX calls_by_request ON calls (request);
  CREATE INDEX calls_by_client_request ON calls (client_request);
  CREATE INDEX calls_by_key ON calls (key, at, id);
  CREATE INDEX calls_by_tenant ON calls (tenant, at, id);
  CREATE INDEX calls_by_outcome ON calls (outcome, at, id);
  CREATE INDEX calls_with_content ON calls (at) WHERE content IS NOT NULL;

  -- Sums of the calls of an hour as JSON: "models" without tenants and keys, "callers" with them. Null until they are computed.
  -- "hour" is its start in epoch milliseconds. "version" changes with every call of the hour, so that older sums are not stored.
  CREATE TABLE call_hours (hour INTEGER PRIMARY KEY, version TEXT NOT NULL, models TEXT, callers TEXT);

  CREATE TRIGGER call_hours_insert AFTER INSERT ON calls BEGIN
    INSERT INTO call_hours (hour, version) VALUES (new.at - new.at % 3600000, hex(randomblob(8)))
    ON CONFLICT (hour) DO UPDATE SET version = excluded.version, models = NULL, callers = NULL;
  END;
  -- Deleted content does not change the sums.
  CREATE TRIGGER call_hours_update AFTER UPDATE OF json ON calls BEGIN
    UPDATE call_hours SET version = hex(randomblob(8)), models = NULL, callers = NULL WHERE hour = old.at - old.at % 3600000;
    INSERT INTO call_hours (hour, version) VALUES (new.at - new.at % 3600000, hex(randomblob(8)))
    ON CONFLICT (hour) DO UPDATE SET version = excluded.version, models = NULL, callers = NULL;
  END;
  CREATE TRIGGER call_hours_delete AFTER DELETE ON calls BEGIN
    UPDATE call_hours SET version = hex(randomblob(8)), models = NULL, callers = NULL WHERE hour = old.at - old.at % 3600000;
    DELETE FROM call_hours WHERE hour = old.at - old.at % 3600000
      AND NOT EXISTS (SELECT 1 FROM calls WHERE at >= call_hours.hour AND at < call_hours.hour + 3600000);
  END;

  -- Bytes of the files of clients of a gateway. The other facts about the files are records.
  CREATE TABLE file_pieces (
    id TEXT NOT NULL,
    place INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id, place)
  );

  ${RECORD_TABLES}
`;
