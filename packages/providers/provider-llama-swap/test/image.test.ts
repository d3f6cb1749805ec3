import { createMajordomo, type ImageModel } from '@majordomo/core';
import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createLlamaSwap, type LlamaSwapOptions } from '../src/index.ts';

/** One transparent pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';

const saying = (status: number, body: object): Promise<TestServer> => testServer(answers(body, status));

const painter = ({ origin }: TestServer, options: LlamaSwapOptions = {}): ImageModel =>
  createMajordomo({
    providers: [createLlamaSwap({ ...options, baseURL: origin })],
    chain: { attempts: 1 },
  }).imageModel('llama-swap/flux');

it('sends txt2img with seed and size, routed by the model', async () => {
  await using server = await saying(200, { images: [PNG], parameters: {}, info: '{}' });
  const { images, target } = await painter(server).generate({ prompt: 'a cat', size: '512x768', seed: 0 });
  expect([target, images.map(({ mediaType }) => mediaType)]).toEqual(['llama-swap/flux', ['image/png']]);
  expect(server.requests).toMatchObject([
    {
      path: '/sdapi/v1/txt2img',
      headers: { authorization: 'Bearer no-key' },
      body: { model: 'flux', prompt: 'a cat', width: 512, height: 768, seed: 0 },
    },
  ]);
});

it('sends the images API with the option', async () => {
  await using server = await saying(200, { created: 1, data: [{ b64_json: PNG }] });
  const { images } = await painter(server, { images: 'images' }).generate({ prompt: 'a cat' });
  expect(images.length).toBe(1);
  expect(server.requests).toMatchObject([{ path: '/v1/images/generations', body: { model: 'flux' } }]);
});

it.each(['txt2img', 'images'] as const)('uses the fetch of the option by %s', async (images) => {
  await using server = await saying(200, {
    images: [PNG],
    parameters: {},
    info: '{}',
    data: [{ b64_json: PNG }],
  });
  const paths: string[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    paths.push(new URL(String(url)).pathname);
    return globalThis.fetch(url, init);
  };
  await painter(server, { images, fetch }).generate({ prompt: 'a cat' });
  expect(paths).toEqual(server.requests.map(({ path }) => path));
});

it.each(['txt2img', 'images'] as const)('names the missing option without a URL by %s', async (images) => {
  const majordomo = createMajordomo({ providers: [createLlamaSwap({ images })], chain: { attempts: 1 } });
  await expect(majordomo.imageModel('llama-swap/flux').generate({ prompt: 'a cat' })).rejects.toMatchObject({
    kind: 'config',
    details: { code: 'missing-url' },
  });
});

it('names the model that failed', async () => {
  await using server = await saying(404, { error: 'could not find a model' });
  await expect(painter(server).generate({ prompt: 'a cat' })).rejects.toMatchObject({
    kind: 'not-found',
    details: { attempts: [{ target: 'llama-swap/flux', error: { kind: 'not-found' } }] },
  });
});

it.each(['txt2img', 'images'] as const)('has no timeouts by %s, because loading takes time', (images) => {
  const defaultTimeouts = createLlamaSwap({ baseURL: 'http://swap', images }).imageModel?.('flux').timeouts;
  const withTimeouts = createLlamaSwap({ baseURL: 'http://swap', images, timeouts: { completeMs: 5 } });
  expect([defaultTimeouts?.completeMs, withTimeouts.imageModel?.('flux').timeouts]).toEqual([
    0,
    { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 5, totalMs: 0 },
  ]);
});
