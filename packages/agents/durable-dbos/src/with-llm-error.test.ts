import { Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import { expect, it } from 'vitest';
import { withLlmError } from './with-llm-error.ts';

it('rejects with not-found for a workflow that does not exist', async () => {
  const error = new DbosErrors.DBOSNonExistentWorkflowError('Workflow r does not exist');
  await expect(withLlmError('run "r"', () => Promise.reject(error))).rejects.toMatchObject({
    kind: 'not-found',
    message: 'run "r": Workflow r does not exist',
  });
});
