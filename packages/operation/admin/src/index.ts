// Virtual keys.
export { createKeys, type Keys, type KeysOptions } from './keys/create-keys.ts';
export type { IssuedKey, KeyCaller, KeyChange, KeyLimit, KeyQuery, NewKey, VirtualKey } from './keys/key.ts';

// Call log.
export { createCallLog, type CallLog, type CallLogOptions } from './call-log/create-call-log.ts';
export { memoryCallStore } from './call-log/memory-call-store.ts';
export type {
  CallFigures,
  CallHour,
  CallHours,
  CallHoursQuery,
  CallHourSums,
  CallPageQuery,
  CallStore,
} from './call-log/call-store.ts';
export type {
  CallAttempt,
  CallContent,
  CallDimension,
  CallEntry,
  CallFailure,
  CallPage,
  CallQuery,
  CallStats,
  CallStatsQuery,
  RequestEvent,
} from './call-log/call.ts';

// Admin API.
export type { MetricSample } from './metric-sample.ts';
export { createAdmin, type Admin, type AdminOptions } from './api/create-admin.ts';
export type { KeyChangeEvent } from './api/key-routes.ts';
export type { ServedModel } from './api/model-routes.ts';
export { remoteMcp, type ChangedTool, type McpReview, type McpServerState } from './api/mcp-routes.ts';
export type { RemoteOptions } from './api/admin-client.ts';
export { remoteKeys, type KeyLimitState, type RemoteKeys } from './api/remote-keys.ts';

// Types of other packages that the public API uses.
export type { Ledger, Limit, SpendRecord } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
export type { Redactor } from '@majordomo/redact';
