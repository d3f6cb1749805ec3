/**
 * Creates the tables of `sqliteRecords` in a database without them. The database needs FTS5 and `PRAGMA foreign_keys = ON`, which are the
 * defaults of `node:sqlite` and of Durable Objects.
 */
export const RECORD_TABLES: string = `
-- "due_at" and "until" in epoch milliseconds; null: never. Long values are in a separate table, so that a change of another member
-- does not write them. Their records have no "value".
CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  space TEXT NOT NULL,
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  due_at REAL,
  until REAL,
  value TEXT,
  UNIQUE (space, key)
);
CREATE INDEX entries_by_label ON entries (space, label, key);
CREATE INDEX entries_by_time ON entries (space, at DESC, key);
CREATE INDEX entries_by_label_and_time ON entries (space, label, at DESC, key);
CREATE INDEX entries_by_due ON entries (space, due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX entries_by_end ON entries (until) WHERE until IS NOT NULL;
-- Parts of long values, from part 0.
CREATE TABLE entry_parts (
  entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
  part INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (entry, part)
);
-- Highest version of the removed records. A new record has a higher one, so that a version is never used again for a key.
CREATE TABLE entry_versions (last INTEGER NOT NULL);
INSERT INTO entry_versions (last) VALUES (0);
CREATE TRIGGER entry_versions_delete AFTER DELETE ON entries BEGIN
  UPDATE entry_versions SET last = old.version WHERE last < old.version;
END;

-- Number of records by label, so that no count reads the records.
CREATE TABLE entry_counts (
  space TEXT NOT NULL,
  label TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (space, label)
) WITHOUT ROWID;
CREATE TRIGGER entry_counts_insert AFTER INSERT ON entries BEGIN
  INSERT INTO entry_counts (space, label, count) VALUES (new.space, new.label, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER entry_counts_update AFTER UPDATE OF label ON entries WHEN new.label <> old.label BEGIN
  UPDATE entry_counts SET count = count - 1 WHERE space = old.space AND label = old.label;
  DELETE FROM entry_counts WHERE space = old.space AND label = old.label AND count = 0;
  INSERT INTO entry_counts (space, label, count) VALUES (new.space, new.label, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER entry_counts_delete AFTER DELETE ON entries BEGIN
  UPDATE entry_counts SET count = count - 1 WHERE space = old.space AND label = old.label;
  DELETE FROM entry_counts WHERE space = old.space AND label = old.label AND count = 0;
END;

-- Texts of records for the search, and their words by "seq".
CREATE TABLE entry_texts (
  seq INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
  text TEXT NOT NULL
);
CREATE INDEX entry_texts_by_entry ON entry_texts (entry);
CREATE VIRTUAL TABLE entry_words USING fts5(
  said, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER entry_texts_delete AFTER DELETE ON entry_texts BEGIN
  DELETE FROM entry_words WHERE rowid = old.seq;
END;
`;
