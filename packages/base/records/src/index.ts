export { toStoredText } from '@majordomo/core/toolkit';
export type { RecordChange, RecordHit, RecordQuery, RecordStore, StoredRecord } from './contract.ts';
export { allRecords } from './all-records.ts';
export { afterPrefix, checkGet, checkList, checkSpace, checkWrite, MAX_RECORDS } from './checks.ts';
export { hold, type Hold, type HoldOptions, type HoldResult, type LastChange, type Value } from './hold.ts';
export { layoutOf, type Layout } from './layout.ts';
export { memoryRecords } from './memory-records.ts';
