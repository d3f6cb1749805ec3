import { createMajordomo, user, type ImageRequest, type ImageResponse } from '@majordomo/core';
import {
  answers,
  failureOf,
  inTurn,
  PNG,
  png,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI, openaiCompatible } from '../src/index.ts';

const imagesBody = (count = 1): object => ({
  created: 1,
  data: Array.from({ length: count }, () => ({ b64_json: PNG })),
});

let server: TestServer;
afterEach(() => server.close());

/** Returns a majordomo with OpenAI as `openai` and a compatible server as `lab`, both at the address of one server. */
async function world(play: Answer): Promise<{
  readonly generateImages: (
    spec: string,
    request?: Partial<ImageRequest>,
    signal?: AbortSignal,
  ) => Promise<ImageResponse>;
  readonly majordomo: ReturnType<typeof createMajordomo>;
}> {
  server = await testServer(play);
  const baseURL = `${server.origin}/v1`;
  const majordomo = createMajordomo({
    providers: [createOpenAI({ baseURL, apiKey: 'sk-test' }), openaiCompatible({ id: 'lab', baseURL })],
    aliases: { art: 'openai/gpt-image-x,lab/flux' },
    chain: { backoff: { baseMs: 0 } },
  });
  return {
    majordomo,
    generateImages: (spec, request, signal) =>
      majordomo.imageModel(spec).generate({ prompt: 'a cat', ...request }, { signal }),
  };
}

const bodies = (): readonly unknown[] => server.requests.map(({ body }) => body);

describe('an image model', () => {
  it('sends only set options, and returns image parts', async () => {
    const { generateImages } = await world(
      answers({ ...imagesBody(), usage: { input_tokens: 9, output_tokens: 90 } }),
    );
    const { images, target, usage, warnings, attempts } = await generateImages('openai/gpt-image-x');
    expect([images, target, warnings]).toEqual([[png], 'openai/gpt-image-x', []]);
    expect([usage?.input, usage?.output]).toEqual([9, 90]);
    expect(attempts).toMatchObject([{ target: 'openai/gpt-image-x', outcome: 'finished' }]);
    expect(server.requests[0]).toMatchObject({
      path: '/v1/images/generations',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    });
    expect(bodies()).toEqual([{ model: 'gpt-image-x', prompt: 'a cat' }]);
  });

  it('sends the seed to a compatible server, and warns for the vendor', async () => {
    const { generateImages } = await world(answers(imagesBody()));
    await generateImages('lab/flux', { seed: 0 });
    await generateImages('lab/flux', { seed: 7, n: 2, size: '512x768' });
    const { warnings } = await generateImages('openai/gpt-image-x', { seed: 7 });
    expect(bodies()).toEqual([
      { model: 'flux', prompt: 'a cat', seed: 0, response_format: 'b64_json' },
      { model: 'flux', prompt: 'a cat', n: 2, size: '512x768', seed: 7, response_format: 'b64_json' },
      { model: 'gpt-image-x', prompt: 'a cat' },
    ]);
    expect(warnings.map(({ what }) => what)).toEqual(['seed']);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('rejects an invalid size before any call; an unsupported one moves to the next target', async () => {
    const { generateImages } = await world(answers(imagesBody()));
    await expect(generateImages('art', { size: '0x0' })).rejects.toMatchObject({ kind: 'invalid-request' });
    expect((await generateImages('art', { size: '500x500' })).target).toBe('lab/flux');
    expect(bodies()).toMatchObject([{ model: 'flux', size: '500x500' }]);
  });

  it('warns if the response has three of four requested images', async () => {
    const { generateImages } = await world(answers(imagesBody(3)));
    const { images, warnings } = await generateImages('lab/flux', { n: 4 });
    expect(images.length).toBe(3);
    expect(warnings).toMatchObject([{ action: 'dropped', what: '1 of 4 images' }]);
  });

  it('edits images with a mask, as a form through the SDK', async () => {
    const { generateImages } = await world(answers(imagesBody()));
    await generateImages('openai/gpt-image-x', { images: [png], mask: png, size: '1024x1024' });
    expect(server.requests[0]).toMatchObject({
      path: '/v1/images/edits',
      headers: {
        'content-type': expect.stringMatching(/^multipart\/form-data; ?boundary=/),
        authorization: 'Bearer sk-test',
      },
    });
    const names = [
      ...(server.requests[0]?.text ?? '').matchAll(/name="([^"]+)"(?:; filename="([^"]+)")?/g),
    ].map(([, name, file]) => [name, file]);
    expect(names).toEqual([
      ['model', undefined],
      ['prompt', undefined],
      ['size', undefined],
      ['image', 'image-1.png'],
      ['mask', 'mask.png'],
    ]);
  });

  it('accepts a result in a chat request', async () => {
    const { generateImages, majordomo } = await world(
      inTurn(
        answers(imagesBody()),
        answers({
          choices: [{ index: 0, message: { role: 'assistant', content: 'A cat.' }, finish_reason: 'stop' }],
        }),
      ),
    );
    const { images } = await generateImages('lab/flux');
    const { text } = await majordomo.model('lab/eyes').generate({ messages: [user('What is it?', images)] });
    expect(text).toBe('A cat.');
    expect(JSON.stringify(server.requests[1]?.body)).toContain(PNG);
  });
});

describe('a failure', () => {
  it('moves to the next target, and appears in the attempts, the health and the events', async () => {
    const { generateImages, majordomo } = await world((response, _request, number) =>
      (number <= 2 ? answers({ error: { message: 'busy' } }, 503) : answers(imagesBody()))(response),
    );
    const { target, attempts } = await generateImages('art');
    expect(target).toBe('lab/flux');
    expect(attempts.map(({ outcome, error }) => [outcome, error?.kind])).toEqual([
      ['failed', 'overloaded'],
      ['failed', 'overloaded'],
      ['finished', undefined],
    ]);
    expect(majordomo.health.snapshot()['openai/gpt-image-x']?.state).toBe('benched');
    expect((await generateImages('art')).attempts[0]).toMatchObject({
      target: 'openai/gpt-image-x',
      outcome: 'skipped',
    });
    expect(server.requests.length).toBe(4);
  });

  it.each([
    [401, { error: { message: 'no such key sk-test' } }, 'auth'],
    [400, { error: { message: 'refused', code: 'content_policy_violation' } }, 'content-filter'],
    [400, { error: { message: 'bad size' } }, 'invalid-request'],
    [200, { data: [{ b64_json: 'broken!' }] }, 'protocol'],
    [200, { data: [] }, 'empty'],
    [200, { data: [{ url: 'https://example.com/cat.png' }] }, 'unsupported'],
  ])('HTTP %i %j is %s', async (status, body, kind) => {
    const { generateImages } = await world(answers(body, status));
    const error = await failureOf(generateImages('openai/gpt-image-x'));
    expect(error.kind).toBe(kind);
    expect(JSON.stringify(error)).not.toContain('sk-test');
  });

  it('of a cut body is a network error and is retried', async () => {
    const { generateImages } = await world(
      inTurn((response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"data":[', () => response.destroy());
      }, answers(imagesBody())),
    );
    const { attempts } = await generateImages('lab/flux');
    expect(attempts.map(({ error }) => error?.kind)).toEqual(['network', undefined]);
  });

  it('about response_format is recovered once and remembered', async () => {
    const refusal = {
      error: {
        message: "Unknown parameter: 'response_format'.",
        param: 'response_format',
        code: 'unknown_parameter',
      },
    };
    const { generateImages } = await world((response, { body }) =>
      ('response_format' in body ? answers(refusal, 400) : answers(imagesBody()))(response),
    );
    expect((await generateImages('lab/flux')).images.length).toBe(1);
    await generateImages('lab/flux');
    expect(bodies().map((body) => 'response_format' in (body as object))).toEqual([true, false, false]);
  });
});

it('an abort closes the connection and changes no health', async () => {
  const controller = new AbortController();
  const { generateImages, majordomo } = await world(() => controller.abort(new Error('enough')));
  expect((await failureOf(generateImages('openai/gpt-image-x', {}, controller.signal))).kind).toBe('aborted');
  await server.requests[0]?.closed;
  expect(server.requests.length).toBe(1);
  expect(majordomo.health.snapshot()['openai/gpt-image-x']?.failures ?? 0).toBe(0);
});

it('sends nothing without a key', async () => {
  server = await testServer(answers(imagesBody()));
  const majordomo = createMajordomo({
    providers: [createOpenAI({ baseURL: `${server.origin}/v1` })],
    env: {},
  });
  expect((await failureOf(majordomo.imageModel('openai/x').generate({ prompt: 'a cat' }))).kind).toBe('auth');
  expect(server.requests).toEqual([]);
});
