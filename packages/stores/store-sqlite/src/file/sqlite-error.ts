import { LlmError } from '@majordomo/core';

/** Result codes of SQLite (sqlite.org/rescode.html, 2026-11-20). */
const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const NOT_A_DATABASE = 26;
/** Mask that selects the primary result code, the lowest byte. */
const CODE = 0xff;

export const isBusy = (error: unknown): boolean => codeOf(error) === BUSY;

export const isCorrupt = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(codeOf(error));

export const isReadOnly = (error: unknown): boolean => codeOf(error) === READ_ONLY;

/** Whether the disk failed: it is full, or an operation of the operating system on the file or its log failed. */
export const isDiskFailure = (error: unknown): boolean =>
  [IO_ERROR, FULL, CANNOT_OPEN].includes(codeOf(error));

/**
 * Whether an error means that a value can never be stored. Errors without a code are thrown before SQLite receives the value. A
 * constraint that fails is the type of a column, because statements resolve conflicts of keys themselves.
 */
export const isUnstorable = (error: unknown): boolean =>
  !LlmError.is(error) && [0, TOO_BIG, CONSTRAINT, MISMATCH].includes(codeOf(error));

function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & CODE : 0;
}
