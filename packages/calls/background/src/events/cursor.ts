import { LlmError } from '@majordomo/core';

/** Position in the events of a job: number of the leg, from 1, and number of its events before the position, without warnings. */
export interface Position {
  readonly leg: number;
  readonly index: number;
}

const CURSOR = /^([1-9]\d{0,8})\.(0|[1-9]\d{0,14})$/;

/** Returns the position of a cursor. Throws `invalid-request` for a string that is not a cursor. */
export function positionOf(cursor: string): Position {
  const [, leg, index] = CURSOR.exec(cursor) ?? [];
  if (leg === undefined || index === undefined) throw cursorError();
  return { leg: Number(leg), index: Number(index) };
}

export const cursorError = (): LlmError =>
  new LlmError(
    'invalid-request',
    'after: is not a position in this job; pass the cursor of one of its streams',
    {
      path: 'after',
    },
  );
