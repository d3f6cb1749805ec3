import { expect, it } from 'vitest';
import { fileBatches } from '../src/batch/file-batches.ts';
import { BATCH_APIS } from '../src/batch/jobs.ts';
import type { SdkSession } from '../src/sdk-session.ts';

const context = { target: 'mistral/m', headers: {}, env: {}, signal: new AbortController().signal } as never;

/** Returns the batch API of Mistral over a list whose pages `pageOf` returns, and the paths of its requests. */
function batchesOver(pageOf: (number: number) => readonly object[]) {
  const paths: string[] = [];
  const send: SdkSession['send'] = async (_method, path) => {
    paths.push(path);
    const number = Number(new URL(path, 'http://vendor.test').searchParams.get('page'));
    return Response.json({ data: pageOf(number) });
  };
  const connection = { open: () => ({ send }) } as never;
  const batches = fileBatches(connection, BATCH_APIS.jobs, {
    modelId: 'm',
    endpoint: '/v1/chat/completions',
  });
  return { batches, paths };
}

const jobOf = (id: string, token: string): object => ({
  id,
  created_at: 1000,
  metadata: { majordomo: token },
});
const search = { token: 't', input: undefined, requests: 1, since: 1_000_000 };

it('reads all pages of a list until a page is empty', async () => {
  const pages = [[jobOf('a', 'other')], [jobOf('b', 't')], []];
  const { batches, paths } = batchesOver((number) => pages[number] ?? []);
  expect(await batches.find(search, context)).toEqual([{ ref: 'b', isCertain: true }]);
  expect(paths).toHaveLength(3);
});

it('ends a list if the server ignores the number of the page', async () => {
  const { batches, paths } = batchesOver(() => [jobOf('a', 'other'), jobOf('b', 't')]);
  expect(await batches.find(search, context)).toEqual([{ ref: 'b', isCertain: true }]);
  expect(await batches.findUpload('unknown', context)).toBeUndefined();
  expect(paths).toHaveLength(4);
});
