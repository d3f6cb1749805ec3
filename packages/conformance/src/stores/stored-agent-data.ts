import type { Message, ToolCallPart, Usage } from '@majordomo/core';

/*
 * Members of types of `@majordomo/agent` that the cases use. Its tests use this package, so this package cannot import
 * `@majordomo/agent`.
 */

/** Part of `RunState`. */
export interface StoredRun {
  readonly version: 1;
  readonly messages: readonly Message[];
  readonly steps: number;
  readonly pending: readonly ToolCallPart[];
  readonly results: readonly never[];
  readonly decisions: readonly { readonly callId: string; readonly approve: true }[];
  readonly usage: Usage;
  readonly done: 'answered' | undefined;
  readonly approvals?: Readonly<Record<string, boolean>> | undefined;
  readonly runs?: Readonly<Record<string, StoredRun>> | undefined;
}

/** Members of `RunStore`. */
export interface TestedRunStore {
  /** Saves a run. Rejects with `denied` if another process has locked the run, or has saved it since it was loaded. */
  save(id: string, state: StoredRun): Promise<void>;
  /** Loads and locks a run. Resolves to `undefined` if the run is unknown or locked. */
  load(id: string): Promise<Pick<StoredRun, 'steps' | 'messages'> | undefined>;
  /** Unlocks a run. */
  release(id: string): Promise<void>;
  /** Lists runs, newest first. */
  list(query?: {
    readonly awaiting?: boolean;
    readonly done?: boolean;
    readonly limit?: number;
  }): Promise<readonly { readonly id: string; readonly at: Date; readonly held: boolean }[]>;
  /** Removes a run. */
  remove(id: string): Promise<void>;
}

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

/** Members of `ConversationStore`. */
export interface TestedConversationStore {
  /** Saves a conversation that continues version `after`. Returns the new version. */
  save(conversation: StoredMessages, after?: number): Promise<number>;
  /** Returns a conversation. */
  load(
    id: string,
  ): Promise<
    (StoredMessages & { readonly title: string; readonly at: Date; readonly version: number }) | undefined
  >;
  /** Returns at most `limit` conversations, newest first. */
  list(limit?: number): Promise<readonly StoredTitle[]>;
  /** Returns at most `limit` conversations with a message that contains all words of the query. */
  search(query: string, limit?: number): Promise<readonly (StoredTitle & { readonly excerpt: string })[]>;
  /** Sets a title and returns whether it was set. */
  rename(id: string, title: string, by?: 'user' | 'model'): Promise<boolean>;
  /** Removes a conversation and returns whether it existed. */
  remove(id: string): Promise<boolean>;
}
