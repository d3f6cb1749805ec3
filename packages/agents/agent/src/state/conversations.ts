import type { Message } from '@majordomo/core';

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
 * Store of conversations with a full-text search. Messages are stored unencrypted. A conversation has no owner: check that a
 * conversation is of the user before you pass an id that the user has sent, and filter the results of `list` and `search`.
 */
export interface ConversationStore {
  /**
   * Saves a conversation and returns its new version. `after`: version on which this save is based. Omit it for a new
   * conversation. Rejects with `denied` if another process has saved the conversation since that version.
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
   * results. A store may index only the beginning of a long message.
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
