import type {
  Conversation,
  ConversationHit,
  ConversationInfo,
  ConversationStore,
  StoredConversation,
} from '@majordomo/agent';
import { fromJson, LlmError, toJson, type Message } from '@majordomo/core';
import { excerptOf, fromStoredText, textOf, titleFrom, titleOf, toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';
import { queryOf, toIndexText } from './search-index.ts';

const MAX_HITS = 20;
type Row = Readonly<Record<string, unknown>>;

/** Conversations in the file, with a row for each conversation, a row for each message, and a full-text index. */
export class SqliteConversations implements ConversationStore {
  private readonly database: Database;
  private readonly now: () => number;
  private readonly sql: ReturnType<typeof statements>;

  constructor(database: Database, now: () => number) {
    this.database = database;
    this.now = now;
    this.sql = statements(database);
  }

  save({ id: givenId, spec, system, messages }: Conversation, after = 0): Promise<number> {
    const id = toStoredText(givenId);
    const texts = messages.map((message) => JSON.stringify(toJson(message)));
    return this.database.write(() => {
      const { version = 0 } = this.sql.find.get(id) ?? {};
      if (Number(version) !== after) throw versionConflict(givenId);
      const title = toStoredText(titleOf(messages));
      const instructions = system === undefined ? null : toStoredText(system);
      this.sql.put.run(id, Math.floor(this.now()), after + 1, toStoredText(spec), instructions, title);
      this.replace(id, messages, texts);
      return after + 1;
    });
  }

  load(id: string): Promise<StoredConversation | undefined> {
    return this.database.read(() => {
      const row = this.sql.find.get(toStoredText(id));
      if (row === undefined) return undefined;
      const messages = this.sql.messages.all(toStoredText(id)).map(messageOf);
      const system = row['system'] === null ? undefined : fromStoredText(String(row['system']));
      const at = new Date(Number(row['at']));
      const { title, spec } = infoOf(row);
      return { id, at, version: Number(row['version']), spec, title, system, messages };
    });
  }

  list(limit = -1): Promise<readonly ConversationInfo[]> {
    return this.database.read(() => this.sql.list.all(limit).map(infoOf));
  }

  search(text: string, limit: number = MAX_HITS): Promise<readonly ConversationHit[]> {
    return this.database.read(() => {
      const query = queryOf(text);
      if (query === undefined) return [];
      return this.sql.search
        .all(query, limit)
        .map((row) => ({ ...infoOf(row), excerpt: excerptOf(textOf(messageOf(row)), text) }));
    });
  }

  async rename(id: string, title: string, by: keyof typeof RANK = 'user'): Promise<boolean> {
    const line = titleFrom(title);
    if (line === '') throw new LlmError('config', 'rename: title must not be empty');
    const rank = RANK[by];
    return await this.database.write(
      () => Number(this.sql.rename.run(toStoredText(line), rank, toStoredText(id), rank).changes) > 0,
    );
  }

  remove(id: string): Promise<boolean> {
    return this.database.write(() => {
      this.forget(toStoredText(id), 0);
      return Number(this.sql.remove.run(toStoredText(id)).changes) > 0;
    });
  }

  /** Replaces the stored messages. Writes only the changed ones, because unchanged messages may contain large images. */
  private replace(id: string, messages: readonly Message[], texts: readonly string[]): void {
    const before = this.sql.messages.all(id);
    const changedAt = before.findIndex((row, place) => row['json'] !== texts[place]);
    const from = changedAt === -1 ? before.length : changedAt;
    this.forget(id, from);
    for (const [place, text] of texts.entries()) {
      const message = messages[place];
      if (place < from || message === undefined) continue;
      const { lastInsertRowid } = this.sql.add.run(id, place, text);
      this.sql.index.run(lastInsertRowid, toIndexText(textOf(message)));
    }
  }

  private forget(id: string, from: number): void {
    this.sql.unindex.run(id, from);
    this.sql.forget.run(id, from);
  }
}

const messageOf = (row: Row): Message => fromJson<Message>(JSON.parse(String(row['json'])));

const infoOf = (row: Row): ConversationInfo => ({
  id: fromStoredText(String(row['id'])),
  at: new Date(Number(row['at'])),
  spec: fromStoredText(String(row['spec'])),
  title: fromStoredText(String(row['title'])),
  messages: Number(row['messages']),
});

const versionConflict = (id: string): LlmError =>
  new LlmError(
    'denied',
    `the conversation "${id}" was not saved: another process has saved it meanwhile; load it and continue from there, or save it under another id`,
  );

/** Rank of a title by its source. A new title replaces the stored one only if its rank is the same or higher. */
const RANK = { model: 1, user: 2 } as const;

const INFO = `c.id, c.at, c.spec, coalesce(c.renamed, c.title) AS title,
  (SELECT count(*) FROM messages AS m WHERE m.conversation = c.id) AS messages`;

function statements(database: Database) {
  return {
    find: database.prepare(`SELECT ${INFO}, c.version, c.system FROM conversations AS c WHERE c.id = ?`),
    put: database.prepare(
      `INSERT INTO conversations (id, at, version, spec, system, title) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         at = excluded.at, version = excluded.version, spec = excluded.spec, system = excluded.system,
         title = excluded.title`,
    ),
    messages: database.prepare('SELECT json FROM messages WHERE conversation = ? ORDER BY place'),
    add: database.prepare('INSERT INTO messages (conversation, place, json) VALUES (?, ?, ?)'),
    index: database.prepare('INSERT INTO words (rowid, said) VALUES (?, ?)'),
    unindex: database.prepare(
      'DELETE FROM words WHERE rowid IN (SELECT seq FROM messages WHERE conversation = ? AND place >= ?)',
    ),
    forget: database.prepare('DELETE FROM messages WHERE conversation = ? AND place >= ?'),
    remove: database.prepare('DELETE FROM conversations WHERE id = ?'),
    rename: database.prepare(
      'UPDATE conversations SET renamed = ?, renamed_by = ? WHERE id = ? AND renamed_by <= ?',
    ),
    list: database.prepare(`SELECT ${INFO} FROM conversations AS c ORDER BY c.at DESC, c.id LIMIT ?`),
    // Selects the best message of each conversation. In SQLite, a plain column next to min() has the value of the row with the
    // minimum.
    search: database.prepare(
      `SELECT ${INFO}, found.json FROM (
         SELECT m.conversation, m.json, min(hit.rank) AS rank
         FROM (SELECT rowid, rank FROM words WHERE words MATCH ?) AS hit JOIN messages AS m ON m.seq = hit.rowid
         GROUP BY m.conversation
       ) AS found JOIN conversations AS c ON c.id = found.conversation
       ORDER BY found.rank, c.at DESC, c.id LIMIT ?`,
    ),
  };
}
