import { createMajordomo, LlmError, type Majordomo, type Provider } from '@majordomo/core';
import { wireError } from '@majordomo/wire-kit';
import { answers, testServer, type Seen, type TestServer } from '@majordomo/test-support';
import { afterEach, expect, test } from 'vitest';
import { txt2imgModel } from '../src/index.ts';
import { PNG, png } from './pictures.ts';

let server: TestServer;
afterEach(() => server.close());

/** A provider of this wire over plain fetch, and the server that it draws on. */
async function world(
  play: (seen: Seen, number: number) => readonly [number, object],
): Promise<{ readonly majordomo: Majordomo; readonly seen: readonly Seen[] }> {
  server = await testServer((response, request, number) => {
    const [status, body] = play(request, number);
    answers(body, status)(response);
  });
  const provider: Provider = {
    spi: 1,
    id: 'rack',
    model: () => {
      throw new LlmError('unsupported', 'draws only');
    },
    imageModel: (modelId) =>
      txt2imgModel(modelId, async (path, body, { signal, target }) => {
        const answer = await fetch(server.origin + path, { method: 'POST', body, signal });
        if (!answer.ok) throw wireError({ target, status: answer.status, message: await answer.text() });
        return answer.json();
      }),
  };
  const chain = { backoff: { baseMs: 0 } };
  return {
    majordomo: createMajordomo({ providers: [provider], aliases: { art: 'rack/a,rack/b' }, chain }),
    seen: server.requests,
  };
}

test('sends two images with their seeds, routed by model', async () => {
  const { majordomo, seen } = await world(() => [200, { images: [PNG], parameters: {}, info: '{}' }]);
  const model = majordomo.imageModel('rack/flux');
  for (const seed of [0, 41]) {
    expect((await model.generate({ prompt: 'a cat', seed, size: '512x768' })).images).toEqual([png]);
  }
  expect(seen.map(({ path }) => path)).toEqual(['/sdapi/v1/txt2img', '/sdapi/v1/txt2img']);
  expect(seen.map(({ body }) => body)).toEqual([
    { model: 'flux', prompt: 'a cat', width: 512, height: 768, seed: 0 },
    { model: 'flux', prompt: 'a cat', width: 512, height: 768, seed: 41 },
  ]);
});

test('a batch is one call, and input images use img2img', async () => {
  const { majordomo, seen } = await world(() => [200, { images: [PNG, PNG, PNG] }]);
  const { images, warnings } = await majordomo
    .imageModel('rack/flux')
    .generate({ prompt: 'a cat', n: 3, seed: 5, images: [png] });
  expect([images.length, warnings]).toEqual([3, []]);
  expect(seen.map(({ path, body }) => ({ path, body }))).toEqual([
    {
      path: '/sdapi/v1/img2img',
      body: { model: 'flux', prompt: 'a cat', seed: 5, batch_size: 3, init_images: [PNG] },
    },
  ]);
});

test('a chain under an alias continues with the next target', async () => {
  const { majordomo, seen } = await world(({ body }) =>
    body['model'] === 'a' ? [503, { error: 'loading' }] : [200, { images: [PNG] }],
  );
  const { target, attempts } = await majordomo.imageModel('art').generate({ prompt: 'a cat' });
  expect([target, attempts.map(({ error }) => error?.kind)]).toEqual([
    'rack/b',
    ['overloaded', 'overloaded', undefined],
  ]);
  expect(seen.map(({ body }) => body['model'])).toEqual(['a', 'a', 'b']);
});

test('all images of batches that extra requests are returned', async () => {
  const { majordomo } = await world(() => [200, { images: [PNG, PNG, PNG, PNG] }]);
  const extra = { 'sdapi-txt2img': { n_iter: 2 } };
  const { images, warnings } = await majordomo
    .imageModel('rack/flux')
    .generate({ prompt: 'a cat', n: 2, extra });
  expect([images.length, warnings]).toEqual([4, []]);
});
