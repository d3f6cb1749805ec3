import type { Message } from '@majordomo/core';

/** Something that was said, with whom. */
export interface Conversation {
  readonly id: string;
  /** What was asked: a spec such as `openai/gpt-5.4,fast`. */
  readonly spec: string;
  readonly system?: string | undefined;
  readonly messages: readonly Message[];
}

/** A conversation as it was kept. */
export interface StoredConversation extends Conversation {
  /** As in `ConversationInfo`. */
  readonly title: string;
  /** When it was saved last. */
  readonly at: Date;
  /** Grows with every save. */
  readonly version: number;
}

/** What is known of a conversation without loading it. */
export interface ConversationInfo {
  readonly id: string;
  /** When it was saved last. */
  readonly at: Date;
  readonly spec: string;
  /** What `rename` gave it; before that how the first question begins, on one line. */
  readonly title: string;
  /** How many messages it has. */
  readonly messages: number;
}

/** A conversation in which all the words occur in one message, and a piece of that message. */
export interface ConversationHit extends ConversationInfo {
  readonly excerpt: string;
}

/** Conversations by id, with a search. Their text lies in the file as it was said. */
export interface ConversationStore {
  /**
   * Keeps it as it is now, and gives its version. `after` is the version that it continues from; without one it must be new.
   * Rejects with `denied` where another process has saved it meanwhile.
   */
  save(conversation: Conversation, after?: number): Promise<number>;
  /** `undefined` where there is none. */
  load(id: string): Promise<StoredConversation | undefined>;
  /** Newest first; at most `limit`, by default all. */
  list(limit?: number): Promise<readonly ConversationInfo[]>;
  /**
   * Those with a message that has all of the words, or words that begin so: upper case, accents and punctuation do not
   * count. The best first, at most `limit`, by default 20. Nothing for a text without a letter or digit.
   */
  search(query: string, limit?: number): Promise<readonly ConversationHit[]>;
  /**
   * Gives it a title, which later saves leave as it is; one of `by: 'model'`, such as `titleOf` of `@majordomo/context`
   * makes, gives way to one of a user, even to one that was given while it was being made. Says whether it has it now.
   * Rejects with `config` for a title without words.
   */
  rename(id: string, title: string, by?: 'user' | 'model'): Promise<boolean>;
  /** Says whether there was one. */
  remove(id: string): Promise<boolean>;
}
