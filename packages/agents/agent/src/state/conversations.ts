import { LlmError, type Message } from '@majordomo/core';
import { checkOptions, hash128, textOf, titleFrom, titleOf, type KindsOf } from '@majordomo/core/toolkit';
import {
  layoutOf,
  MAX_RECORDS,
  type RecordChange,
  type RecordHit,
  type RecordStore,
  type StoredRecord,
} from '@majordomo/records';
import { newest } from './newest.ts';

/** Options of `createConversations`. */
export interface ConversationsOptions {
  /** Store of the conversations. All processes that may continue a conversation share it. */
  readonly records: RecordStore;
}

/** Conversation that the application passes to `save`. */
export interface Conversation {
  readonly id: string;
  /** Spec of the model, such as `openai/gpt-5.4,fast`. */
  readonly spec: string;
  readonly system?: string | undefined;
  readonly messages: readonly Message[];
}

/** Conversation that `load` returns. */
export interface StoredConversation extends Conversation {
  /** Title, as in `ConversationInfo`. */
  readonly title: string;
  /** Source of a title that `rename` set. `undefined` if the title is the start of the first question. */
  readonly titleBy: 'user' | 'model' | undefined;
  /** Time of the last save. */
  readonly at: Date;
  /** Version of the conversation, which increases with every save. */
  readonly version: number;
}

/** Summary of a conversation. */
export interface ConversationInfo {
  readonly id: string;
  /** Time of the last save. */
  readonly at: Date;
  readonly spec: string;
  /** Title set by `rename`. If no title was set, the start of the first question, on one line. */
  readonly title: string;
  /** Number of messages in the conversation. */
  readonly messages: number;
}

/** Conversation found by a search, with an excerpt of a message that contains all words of the query. */
export interface ConversationHit extends ConversationInfo {
  readonly excerpt: string;
}

/**
 * Stored conversations with a full-text search. Messages are stored unencrypted. A conversation has no owner: check that a
 * conversation is of the user before you pass an id that the user has sent, and filter the results of `list` and `search`.
 */
export interface Conversations {
  /**
   * Saves a conversation and returns its new version. `after`: version on which this save is based. Omit it for a new
   * conversation. Rejects with `denied` if another process has saved the conversation since that version, and with `config` for a
   * conversation of more than about 100,000 messages.
   */
  save(conversation: Conversation, after?: number): Promise<number>;
  /** Returns a conversation, or `undefined` if it does not exist. */
  load(id: string): Promise<StoredConversation | undefined>;
  /**
   * Returns conversations, newest first.
   *
   * @param limit maximum number of conversations; by default all
   */
  list(limit?: number): Promise<readonly ConversationInfo[]>;
  /**
   * Returns the conversations with a message that matches the query, best match first. A message matches if every word of the
   * query is the start of a word in the message. Ignores case, accents and punctuation. A query without a letter or digit has no
   * results. A store may index only the beginning of a long message. Considers at most the best 1,000 places of all conversations.
   * Rejects with `config` if the store has no search, as Redis.
   *
   * @param limit maximum number of conversations; by default 20
   */
  search(query: string, limit?: number): Promise<readonly ConversationHit[]>;
  /**
   * Sets a title, which later saves do not change. A title with `by: 'model'`, such as the result of `titleOf` of
   * `@majordomo/context`, never replaces a user's title. The default of `by` is `'user'`. Returns whether the title was set.
   * Rejects with `config` for an empty title.
   */
  rename(id: string, title: string, by?: 'user' | 'model'): Promise<boolean>;
  /** Removes a conversation and returns whether it existed. */
  remove(id: string): Promise<boolean>;
}

const KINDS: KindsOf<ConversationsOptions> = { records: 'object with write' };
const SPACE = 'conversations';
const MAX_HITS = 20;
/** Rank of a title by its source. A new title replaces the stored one only if its rank is the same or higher. */
const RANK = { model: 1, user: 2 } as const;

/**
 * Records of a conversation: its head, which every save writes, its title, if it was renamed, and its messages in pages. A save writes
 * only the pages that have changed, because the others may contain large images. All have the same prefix in their keys, so that one
 * statement reads a conversation.
 */
interface Head extends Omit<Conversation, 'id' | 'messages'> {
  readonly version: number;
  /** Start of the first question. */
  readonly title: string;
  readonly messages: number;
  /** Hashes of the pages. */
  readonly pages: readonly string[];
}
interface Title {
  readonly title: string;
  readonly by: keyof typeof RANK;
}
interface Page {
  readonly messages: readonly Message[];
}
const HEAD = layoutOf<Head>('the conversation', 1);
const TITLE = layoutOf<Title>('the title of the conversation', 1);
const PAGE = layoutOf<Page>('the messages of the conversation', 1);
const LABELS = { head: 'head', title: 'title', page: 'page' } as const;

/**
 * A page ends at this number of messages or of characters, so that a new message writes few others. Later pages are larger, so
 * that `MAX_PAGES` contain a long conversation.
 */
const PAGE_MESSAGES = 4;
const PAGE_LENGTH = 16_384;
const growth = (place: number): number => 1 + Math.floor(place / 16);
/** Maximum number of pages, so that one write replaces a conversation with its head and title. */
const MAX_PAGES = MAX_RECORDS - 2;

/** Returns the key of the head. No key of another conversation starts with it, because quotes in ids are escaped. */
const keyOf = (id: string): string => JSON.stringify(id);
const titleKey = (key: string): string => `${key}title`;
/** Returns the key of a page. Three digits are enough for `MAX_PAGES`, so the order of the keys is that of the pages. */
const pageKey = (key: string, place: number): string => `${key}page${String(place).padStart(3, '0')}`;
/** Returns the key of the head of any record of a conversation. */
const headKey = (key: string): string => key.slice(0, key.lastIndexOf('"') + 1);
const idOf = (key: string): string => JSON.parse(headKey(key)) as string;

/** Creates the access to the conversations of a store, in its space `conversations`. */
export function createConversations(options: ConversationsOptions): Conversations {
  checkOptions('createConversations', options, KINDS, ['records']);
  const { records } = options;

  /** Returns the summaries of heads, with the titles that were set. */
  const infosOf = async (heads: readonly StoredRecord[]): Promise<readonly ConversationInfo[]> => {
    const titles = new Map<string, StoredRecord>();
    for (let at = 0; at < heads.length; at += MAX_RECORDS) {
      const keys = heads.slice(at, at + MAX_RECORDS).map(({ key }) => titleKey(key));
      for (const record of await records.list(SPACE, { keys, limit: MAX_RECORDS }))
        titles.set(record.key, record);
    }
    return heads.map((record) => {
      const head = HEAD.read(idOf(record.key), record.value);
      return infoOf(record, head, titles.get(titleKey(record.key)));
    });
  };

  /** Returns the best hit of each conversation, best first. A conversation may have several pages with hits. */
  const bestHits = async (query: string, limit: number): Promise<readonly RecordHit[]> => {
    if (records.search === undefined)
      throw new LlmError('config', 'search: the store has no search of texts; use SQLite or PostgreSQL', {
        path: 'records',
      });
    let best: readonly RecordHit[] = [];
    // Several hits may be of one conversation, so a second search considers as many hits as possible if the first finds too few.
    for (const most of [Math.min(4 * limit, MAX_RECORDS), MAX_RECORDS]) {
      const hits = await records.search(SPACE, query, most);
      // In the reversed order, the best hit of a conversation is the last one, which the map keeps.
      const first = new Map(hits.toReversed().map((hit) => [headKey(hit.key), hit]));
      best = hits.filter((hit) => first.get(headKey(hit.key)) === hit).slice(0, limit);
      if (best.length === limit || hits.length < most) break;
    }
    return best;
  };

  return {
    async save({ id, spec, system, messages }, after = 0) {
      const key = keyOf(id);
      const pages = pagesOf(messages);
      if (pages.length > MAX_PAGES)
        throw new LlmError(
          'config',
          `the conversation "${id}" was not saved: its messages need more than ${MAX_PAGES} pages; compact it`,
        );
      const stored = after === 0 ? undefined : await records.get(SPACE, key);
      const head = stored && HEAD.read(id, stored.value);
      if (after !== (head?.version ?? 0)) throw versionConflict(id);
      const before = head?.pages ?? [];
      const next: Head = {
        version: after + 1,
        spec,
        system,
        title: titleOf(messages),
        messages: messages.length,
        pages: pages.map(({ hash }) => hash),
      };
      // Version 0 requires that no head is stored. The pages need no version, because they are written only with the head.
      const changes: readonly RecordChange[] = [
        { type: 'put', key, version: stored?.version ?? 0, label: LABELS.head, value: HEAD.write(next) },
        ...pages.flatMap(({ hash, value, texts }, place): readonly RecordChange[] =>
          hash === before[place]
            ? []
            : [{ type: 'put', key: pageKey(key, place), label: LABELS.page, value, texts }],
        ),
        ...before
          .slice(pages.length)
          .map((_, place) => ({ type: 'remove', key: pageKey(key, pages.length + place) }) as const),
      ];
      if ((await records.write(SPACE, changes)) === undefined) throw versionConflict(id);
      return next.version;
    },

    async load(id) {
      const key = keyOf(id);
      const stored = await records.list(SPACE, { prefix: key, limit: MAX_RECORDS });
      const record = stored.find((one) => one.key === key);
      if (record === undefined) return undefined;
      const head = HEAD.read(id, record.value);
      const title = stored.find((one) => one.key === titleKey(key));
      const messages = stored.flatMap(({ label, value }) =>
        label === LABELS.page ? PAGE.read(id, value).messages : [],
      );
      const { version, system } = head;
      const titleBy = title && TITLE.read(id, title.value).by;
      return { ...infoOf(record, head, title), titleBy, version, system, messages };
    },

    async list(limit = Infinity) {
      return infosOf(await newest(records, SPACE, { label: LABELS.head, values: true }, limit));
    },

    async search(query, limit = MAX_HITS) {
      const hits = await bestHits(query, limit);
      const keys = hits.map((hit) => headKey(hit.key));
      const heads = keys.length === 0 ? [] : await records.list(SPACE, { keys, limit: MAX_RECORDS });
      const infos = new Map((await infosOf(heads)).map((info) => [info.id, info]));
      return hits.flatMap(({ key, excerpt }) => {
        const info = infos.get(idOf(key));
        return info === undefined ? [] : [{ ...info, excerpt }];
      });
    },

    async rename(id, title, by = 'user') {
      const line = titleFrom(title);
      if (line === '') throw new LlmError('config', 'rename: title must not be empty');
      const key = keyOf(id);
      const value = TITLE.write({ title: line, by });
      for (;;) {
        const stored = await records.list(SPACE, { keys: [key, titleKey(key)], limit: 2 });
        const head = stored.find((record) => record.key === key);
        const before = stored.find((record) => record.key !== key);
        if (head === undefined) return false;
        if (before !== undefined && RANK[TITLE.read(id, before.value).by] > RANK[by]) return false;
        const renamed = await records.write(SPACE, [
          { type: 'put', key: titleKey(key), version: before?.version ?? 0, label: LABELS.title, value },
          // A conversation that was removed in the meantime receives no title.
          { type: 'check', key, version: head.version },
        ]);
        if (renamed !== undefined) return true;
      }
    },

    async remove(id) {
      for (;;) {
        const stored = await records.list(SPACE, { prefix: keyOf(id), values: false, limit: MAX_RECORDS });
        if (stored.length === 0) return false;
        const changes = stored.map(({ key, version }) => ({ type: 'remove', key, version }) as const);
        if ((await records.write(SPACE, changes)) !== undefined) return true;
      }
    },
  };
}

/** Returns the messages in pages. The pages before a changed message stay the same. */
function pagesOf(messages: readonly Message[]) {
  const pages: Message[][] = [];
  let length = 0;
  for (const message of messages) {
    const last = pages.at(-1);
    const larger = growth(pages.length - 1);
    if (last === undefined || last.length >= PAGE_MESSAGES * larger || length >= PAGE_LENGTH * larger) {
      pages.push([message]);
      length = 0;
    } else last.push(message);
    length += lengthOf(message);
  }
  return pages.map((page) => {
    const value = PAGE.write({ messages: page });
    return { value, hash: hash128(value), texts: page.map(textOf) };
  });
}

/** Returns about the length of a message as JSON. */
function lengthOf(message: Message): number {
  let bytes = 0;
  const json = JSON.stringify(message, (_key, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    bytes += value.length;
    return null;
  });
  return json.length + bytes;
}

function infoOf({ key, at }: StoredRecord, head: Head, title: StoredRecord | undefined): ConversationInfo {
  const id = idOf(key);
  const { spec, messages } = head;
  const storedTitle = title && TITLE.read(id, title.value).title;
  return { id, at: new Date(at), spec, title: storedTitle ?? head.title, messages };
}

const versionConflict = (id: string): LlmError =>
  new LlmError(
    'denied',
    `the conversation "${id}" was not saved: another process has saved it meanwhile; load it and continue from there, or save it under another id`,
  );
