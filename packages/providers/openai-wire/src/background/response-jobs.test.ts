import { expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { responseJobs } from './response-jobs.ts';

it('aborts the reading of a body that does not end', async () => {
  const controller = new AbortController();
  const send = (_method: string, _path: string, { signal }: { signal: AbortSignal }): Promise<Response> => {
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
  };
  const jobs = responseJobs({ open: () => ({ send, secrets: [] }) } as unknown as Connection);
  const context = { target: 'openai/m', env: {}, signal: controller.signal };
  await expect(jobs.look('resp_1', context as never)).rejects.toMatchObject({ kind: 'aborted' });
}, 2000);
