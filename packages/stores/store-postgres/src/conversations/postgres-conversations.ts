import type {
  Conversation,
  ConversationHit,
  ConversationInfo,
  ConversationStore,
  StoredConversation,
} from '@majordomo/agent';
import { fromJson, LlmError, toJson, type JsonValue, type Message } from '@majordomo/core';
import {
  excerptOf,
  fromStoredText,
  hash128,
  textOf,
  titleFrom,
  titleOf,
  toStoredText,
} from '@majordomo/core/toolkit';
import type { Row } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';
import { toQuery, toVector } from './search-index.ts';

const MAX_HITS = 20;
/** Rank of a title by its source. A new title replaces the stored one only if its rank is the same or higher. */
const RANK = { model: 1, user: 2 } as const;

const INFO = `c.id, c.at::text AS saved, c.spec, coalesce(c.renamed, c.title) AS title, c.messages::text AS messages`;

/** Conversations, with a row for each conversation and a row for each message. The search index is on the message rows. */
export class PostgresConversations implements ConversationStore {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async save({ id, spec, system, messages }: Conversation, after = 0): Promise<number> {
    const { schema } = this.connection;
    const rows = messages.map((message) => rowOf(message));
    const stored = after === 0 ? undefined : await this.hashes(id, after);
    // Write only the changed messages, because unchanged messages may contain large images.
    const changedAt = rows.findIndex(({ hash }, place) => hash !== stored?.hashes[place]);
    const from = changedAt === -1 ? rows.length : changedAt;
    const values = [
      toStoredText(id),
      toStoredText(spec),
      system === undefined ? null : toStoredText(system),
      toStoredText(titleOf(messages)),
      JSON.stringify(rows.slice(from)),
      `${from}`,
      `${rows.length}`,
    ];
    const saved = await this.connection.query(
      `WITH saved AS (
         ${stored === undefined ? insertSql(schema) : updateSql(schema)}
       ), removed AS (
         DELETE FROM ${schema}.conversation_messages USING saved WHERE conversation = saved.id AND place >= $7::text::int
       ), written AS (
         INSERT INTO ${schema}.conversation_messages (conversation, place, hash, json, words)
         SELECT saved.id, $6::text::int + row.place - 1, item->>'hash', item->>'json', (item->>'words')::tsvector
         FROM saved, jsonb_array_elements($5::text::jsonb) WITH ORDINALITY AS row (item, place)
         ON CONFLICT (conversation, place) DO UPDATE
           SET hash = excluded.hash, json = excluded.json, words = excluded.words
       ) SELECT id FROM saved`,
      stored === undefined ? values : [...values, `${after}`, stored.seq],
    );
    if (saved.length === 0) throw versionConflict(id);
    return after + 1;
  }

  async load(id: string): Promise<StoredConversation | undefined> {
    const { schema } = this.connection;
    // Read the conversation and its messages with one statement. Between two statements, a save could change the messages.
    const rows = await this.connection.query(
      `SELECT ${INFO}, c.version::text AS version, c.system, m.json FROM ${schema}.conversations AS c
       LEFT JOIN ${schema}.conversation_messages AS m ON m.conversation = c.id WHERE c.id = $1::text ORDER BY m.place`,
      [toStoredText(id)],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const { at, spec, title } = infoOf(row);
    const system = typeof row['system'] === 'string' ? fromStoredText(row['system']) : undefined;
    const messages = rows.flatMap(({ json }) => (typeof json === 'string' ? [messageOf(json)] : []));
    return { id, at, version: Number(row['version']), spec, title, system, messages };
  }

  async list(limit?: number): Promise<readonly ConversationInfo[]> {
    const { schema } = this.connection;
    const rows = await this.connection.query(
      `SELECT ${INFO} FROM ${schema}.conversations AS c ORDER BY c.at DESC, c.id LIMIT $1::text::bigint`,
      [limit === undefined ? null : `${limit}`],
    );
    return rows.map(infoOf);
  }

  async search(text: string, limit: number = MAX_HITS): Promise<readonly ConversationHit[]> {
    const query = toQuery(text);
    if (query === undefined) return [];
    const { schema } = this.connection;
    const rows = await this.connection.query(
      `SELECT ${INFO}, found.json FROM (
         SELECT DISTINCT ON (conversation) conversation, json, ts_rank(words, $1::text::tsquery, 2) AS rank
         FROM ${schema}.conversation_messages WHERE words @@ $1::text::tsquery ORDER BY conversation, rank DESC
       ) AS found JOIN ${schema}.conversations AS c ON c.id = found.conversation
       ORDER BY found.rank DESC, c.at DESC, c.id LIMIT $2::text::bigint`,
      [query, `${limit}`],
    );
    return rows.map((row) => ({
      ...infoOf(row),
      excerpt: excerptOf(textOf(messageOf(row['json'] ?? '')), text),
    }));
  }

  async rename(id: string, title: string, by: keyof typeof RANK = 'user'): Promise<boolean> {
    const line = titleFrom(title);
    if (line === '') throw new LlmError('config', 'rename: title must not be empty');
    const rows = await this.connection.query(
      `UPDATE ${this.connection.schema}.conversations SET renamed = $2::text, renamed_by = $3::text::int
       WHERE id = $1::text AND renamed_by <= $3::text::int RETURNING id`,
      [toStoredText(id), toStoredText(line), `${RANK[by]}`],
    );
    return rows.length > 0;
  }

  async remove(id: string): Promise<boolean> {
    const rows = await this.connection.query(
      `DELETE FROM ${this.connection.schema}.conversations WHERE id = $1::text RETURNING id`,
      [toStoredText(id)],
    );
    return rows.length > 0;
  }

  /** Returns the hashes of the stored messages. Throws `denied` if another version is stored. */
  private async hashes(
    id: string,
    version: number,
  ): Promise<{ readonly seq: string; readonly hashes: readonly (string | null | undefined)[] }> {
    const { schema } = this.connection;
    const rows = await this.connection.query(
      `SELECT c.seq::text AS seq, m.hash FROM ${schema}.conversations AS c
       LEFT JOIN ${schema}.conversation_messages AS m ON m.conversation = c.id
       WHERE c.id = $1::text AND c.version = $2::text::bigint ORDER BY m.place`,
      [toStoredText(id), `${version}`],
    );
    const seq = rows[0]?.['seq'];
    if (typeof seq !== 'string') throw versionConflict(id);
    return { seq, hashes: rows.map(({ hash }) => hash) };
  }
}

const insertSql = (schema: string): string =>
  `INSERT INTO ${schema}.conversations (id, at, version, spec, system, title, messages)
   VALUES ($1::text, ${schema}.now_ms(), 1, $2::text, $3::text, $4::text, $7::text::int)
   ON CONFLICT DO NOTHING RETURNING id`;

// Compare `seq` too. After a removal and a new save, the version may be the same, but `seq` differs.
const updateSql = (schema: string): string =>
  `UPDATE ${schema}.conversations SET at = ${schema}.now_ms(), version = version + 1, spec = $2::text,
     system = $3::text, title = $4::text, messages = $7::text::int
   WHERE id = $1::text AND version = $8::text::bigint AND seq = $9::text::bigint RETURNING id`;

function rowOf(message: Message): { readonly hash: string; readonly json: string; readonly words: string } {
  const json = JSON.stringify(toJson(message));
  return { hash: hash128(json), json, words: toVector(textOf(message)) };
}

const messageOf = (json: string): Message => fromJson<Message>(JSON.parse(json) as JsonValue);

const infoOf = (row: Row): ConversationInfo => ({
  id: fromStoredText(row['id'] ?? ''),
  at: new Date(Number(row['saved'])),
  spec: fromStoredText(row['spec'] ?? ''),
  title: fromStoredText(row['title'] ?? ''),
  messages: Number(row['messages']),
});

const versionConflict = (id: string): LlmError =>
  new LlmError(
    'denied',
    `the conversation "${id}" was not saved: another process has saved it meanwhile; load it and continue from there, or save it under another id`,
  );
