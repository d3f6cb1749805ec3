import type { Background, ChatJob, JobStatus } from '@majordomo/background';
import { LlmError, type ChatResponse } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { expect, it } from 'vitest';
import { ResponseStore } from '../response-store.ts';
import { CurrentResponses } from './current-responses.ts';

const ID = `resp_${'0'.repeat(32)}`;

it('does not store a background response as failed if the store of its job fails', async () => {
  const store = new ResponseStore({ records: memoryRecords() }, {}, new AbortController().signal);
  const response = { model: 'gpt', created_at: 1, status: 'queued', output: [] };
  await store.put(ID, { ancestors: [], input: [], job: {}, response });
  let isFailing = true;
  const job = {
    status: () => Promise.resolve({ state: 'completed' } as JobStatus),
    result: () =>
      isFailing
        ? Promise.reject(new LlmError('network', 'postgres: the connection failed'))
        : Promise.resolve({
            parts: [],
            finish: 'stop',
            warnings: [],
            usage: undefined,
          } as unknown as ChatResponse),
  } as Partial<ChatJob> as ChatJob;
  const background = { open: () => Promise.resolve(job) } as Partial<Background> as Background;
  const responses = new CurrentResponses({ store, background, tenant: undefined, onError: () => undefined });
  await expect(responses.get(ID)).rejects.toMatchObject({
    kind: 'unavailable',
    cause: { message: 'postgres: the connection failed' },
  });
  isFailing = false;
  expect((await responses.get(ID))?.response['status']).toBe('completed');
});
