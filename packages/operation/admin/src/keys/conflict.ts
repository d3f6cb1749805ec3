import { LlmError } from '@majordomo/core';

/** Returns the error for a key that another caller has changed since this caller read it. */
export const conflict = (id: string): LlmError =>
  new LlmError('denied', `key ${id}: another change was stored first; read the key and change it again`, {
    code: 'conflict',
  });
