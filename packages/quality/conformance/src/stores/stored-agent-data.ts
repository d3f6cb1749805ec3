import type { Message } from '@majordomo/core';

/*
 * Copies of those members of types of `@majordomo/agent` that the cases use. The tests of `@majordomo/agent` use this package,
 * so this package cannot import `@majordomo/agent`.
 */

/** Summary of a conversation, as lists and searches return it. */
interface StoredTitle {
  readonly id: string;
  readonly spec: string;
  readonly title: string;
  readonly messages: number;
}

/** Conversation to store. */
interface StoredMessages {
  readonly id: string;
  readonly spec: string;
  readonly system?: string | undefined;
  readonly messages: readonly Message[];
}

/** Members of `ConversationStore` that the cases use. */
export interface TestedConversationStore {
  /** Saves a conversation if its stored version is `after`. Returns the new version. */
  save(conversation: StoredMessages, after?: number): Promise<number>;
  /** Returns a conversation; `undefined` if it is unknown. */
  load(
    id: string,
  ): Promise<
    (StoredMessages & { readonly title: string; readonly at: Date; readonly version: number }) | undefined
  >;
  /** Returns at most `limit` conversations, the newest first. */
  list(limit?: number): Promise<readonly StoredTitle[]>;
  /** Returns at most `limit` conversations in which a message contains all words of the query. */
  search(query: string, limit?: number): Promise<readonly (StoredTitle & { readonly excerpt: string })[]>;
  /** Sets the title of a conversation. Returns whether the title was set. */
  rename(id: string, title: string, by?: 'user' | 'model'): Promise<boolean>;
  /** Removes a conversation. Returns whether it existed. */
  remove(id: string): Promise<boolean>;
}
