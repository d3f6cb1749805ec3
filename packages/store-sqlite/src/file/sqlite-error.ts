/** SQLite's result codes (sqlite.org/rescode.html, 2026-11-20). */
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
/** The lower byte is the code, what is above says more. */
const CODE = 0xff;

export const isBusy = (error: unknown): boolean => codeOf(error) === BUSY;

export const isCorrupt = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(codeOf(error));

function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & CODE : 0;
}
