import { LlmError } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { interactionJobs } from './interaction-jobs.ts';

const jobsWith = (
  interact: (call: unknown, context: { readonly signal: AbortSignal }) => Promise<Response>,
) =>
  interactionJobs('gemini-4-argon', {
    open: () => ({ interact, toLlmError: (cause: Error) => new LlmError('protocol', cause.message) }),
  } as unknown as Connection);

it('aborts the reading of a body that does not end', async () => {
  const controller = new AbortController();
  const jobs = jobsWith((_call, { signal }) => {
    const body = new ReadableStream(
      {
        start(stream) {
          signal.addEventListener('abort', () => {
            stream.error(signal.reason);
          });
        },
        pull() {
          controller.abort();
        },
      },
      { highWaterMark: 0 },
    );
    return Promise.resolve(new Response(body));
  });
  const context = { target: 'google/m', env: {}, signal: controller.signal };
  await expect(jobs.look('job', context as never)).rejects.toMatchObject({ kind: 'aborted' });
}, 2000);

it('converts the error of a body that is not JSON', async () => {
  const jobs = jobsWith(() => Promise.resolve(new Response('<html>')));
  const context = { target: 'google/m', env: {}, signal: new AbortController().signal };
  await expect(jobs.look('job', context as never)).rejects.toMatchObject({ kind: 'protocol' });
});
