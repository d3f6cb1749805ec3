export { sqliteStores, type SqliteOptions, type SqliteStores } from './sqlite-stores.ts';
export type {
  Conversation,
  ConversationHit,
  ConversationInfo,
  ConversationStore,
  StoredConversation,
} from './conversations/conversation-store.ts';
export type { LanesOptions } from './lanes/lanes.ts';
export type { RunInfo, RunQuery, RunStore } from './runs/run-store.ts';

// types of other packages that the public API uses
export type { ClaimStore, RunState } from '@majordomo/agent';
export type { CacheStore } from '@majordomo/cache';
export type { LedgerStore } from '@majordomo/ledger';
