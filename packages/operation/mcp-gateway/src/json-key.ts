import { canonicalJson } from '@majordomo/core/toolkit';

/** Returns JSON that is equal for equal values, also if their members have another order. JSON has no bytes. */
export const jsonKey = (value: unknown): string => canonicalJson(value, () => '');
