import type { Message, ToolCallPart, Usage } from '@majordomo/core';

/*
 * Copies of those members of types of `@majordomo/agent` that the cases use. The tests of `@majordomo/agent` use this package,
 * so this package cannot import `@majordomo/agent`.
 */

/** Members of `RunState` that the cases use. */
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
  readonly agent?: string | undefined;
}

/** Members of `RunStore` that the cases use. */
export interface TestedRunStore {
  /**
   * Saves a run. Rejects with `denied` if another process has locked the run, or has locked, saved or removed it since this
   * process loaded or saved it.
   */
  save(id: string, state: StoredRun): Promise<void>;
  /** Loads a run and locks it. Resolves to `undefined` if the run is unknown. Rejects if it is locked or another agent's. */
  load(
    id: string,
    options?: { readonly leaseMs?: number; readonly agent?: { readonly name: string | undefined } },
  ): Promise<Pick<StoredRun, 'steps' | 'messages'> | undefined>;
  /** Unlocks a run without saving it. */
  release(id: string): Promise<void>;
  /** Lists runs, newest first. */
  list(query?: {
    readonly awaiting?: boolean;
    readonly done?: boolean;
    readonly limit?: number;
  }): Promise<readonly { readonly id: string; readonly at: Date; readonly held: boolean }[]>;
  /** Removes a run. Rejects with `denied` if this process has loaded the run, and has lost its lock. */
  remove(id: string): Promise<void>;
}

/** Members of `ClaimStore` that the cases use. */
export interface TestedClaimStore {
  /** Stores a key. Resolves to whether the key was new. */
  claim(key: string): Promise<boolean>;
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
