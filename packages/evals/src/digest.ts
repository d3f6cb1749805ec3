import { createHash } from 'node:crypto';
import { canonicalJson as canonicalJsonOf } from '@majordomo/core/toolkit';

/** Returns JSON with sorted members, which is equal for equal values. Bytes are replaced by their hash. */
export const canonicalJson = (value: unknown): string => canonicalJsonOf(value ?? null, sha256);

/** Returns the SHA-256 of a value as hexadecimal digits, independent of the order of members. */
export const digest = (value: unknown, length = 32): string => sha256(canonicalJson(value)).slice(0, length);

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
