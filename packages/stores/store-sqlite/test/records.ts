import type { Usage } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import type { SpendRecord } from '@majordomo/ledger';
import { recordOf as recordOfChat } from '../../../calls/ledger/test/support/values.ts';

/** Time of the records, unless a test states another one. */
export const TIME: number = Date.UTC(2026, 10, 1, 12, 30);
export const USAGE: Usage = { ...UNKNOWN_USAGE, input: 1, output: 2 };

/** Returns the record of the only attempt of a call. */
export const recordOf = (id: string, fields: Partial<SpendRecord> = {}): SpendRecord =>
  recordOfChat({ id, call: id, at: new Date(TIME).toISOString(), ...fields });
