/** Form of the ids of files. */
export const FILE_ID: RegExp = /^file-[0-9a-f]{32}$/;

/** Digits of a time in an id. */
const TIME_DIGITS = 12;

/**
 * Returns a new id for a file that is created at a time in epoch milliseconds. Ids sort by this time, so that a page can follow a file
 * that was deleted after the previous page.
 */
export function newFileId(createdAt: number): string {
  const random = crypto.randomUUID().replaceAll('-', '');
  return `file-${createdAt.toString(16).padStart(TIME_DIGITS, '0')}${random.slice(TIME_DIGITS)}`;
}
