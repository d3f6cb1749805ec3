import { createMajordomo, type ImageRequest, type ImageResponse } from '@majordomo/core';
import { failureOf, PNG, png, testServer, type Seen, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createCloudflare, type AiBinding } from '../src/index.ts';

type Play = (request: Seen) => { readonly status?: number; readonly body: object | Uint8Array };
type Draw = (model: string, request?: Partial<ImageRequest>) => Promise<ImageResponse>;

let server: TestServer | undefined;
afterEach(() => server?.close());

const generateWith = (provider: ReturnType<typeof createCloudflare>): Draw => {
  const majordomo = createMajordomo({ providers: [provider], chain: { backoff: { baseMs: 0 } } });
  return (model, request) =>
    majordomo.imageModel(`cloudflare/${model}`).generate({ prompt: 'a cat', ...request });
};

async function rest(play: Play): Promise<Draw> {
  server = await testServer((response, request) => {
    const { status = 200, body } = play(request);
    response.writeHead(status).end(body instanceof Uint8Array ? body : JSON.stringify(body));
  });
  return generateWith(createCloudflare({ baseURL: server.origin, accountId: 'acc', apiKey: 'key' }));
}

const requests = (): readonly Seen[] => server?.requests ?? [];
const inputs = (): readonly unknown[] => requests().map(({ body }) => body);

describe('over REST', () => {
  it('returns an image from bytes, and sends set options, also a seed of 0', async () => {
    const generateImages = await rest(() => ({ body: png.bytes }));
    const model = '@cf/bytedance/stable-diffusion-xl-lightning';
    const { images, warnings } = await generateImages(model, {
      seed: 0,
      size: '1024x768',
      extra: { cloudflare: { num_steps: 4 } },
    });
    expect([images, warnings]).toEqual([[png], []]);
    expect(requests()[0]?.path).toBe(`/accounts/acc/ai/run/${model}`);
    expect(inputs()).toEqual([{ prompt: 'a cat', width: 1024, height: 768, seed: 0, num_steps: 4 }]);
    await generateImages(model);
    expect(inputs()[1]).toEqual({ prompt: 'a cat' });
  });

  it('returns an image from base64, and drops unsupported options with a warning', async () => {
    const generateImages = await rest(() => ({
      body: { result: { image: PNG }, success: true, errors: [], messages: [] },
    }));
    const { images, warnings } = await generateImages('@cf/black-forest-labs/flux-1-schnell', {
      size: '512x512',
      seed: 1,
    });
    expect(images).toEqual([png]);
    expect(warnings.map(({ action, what }) => `${action} ${what}`)).toEqual(['dropped size', 'dropped seed']);
    expect(inputs()).toEqual([{ prompt: 'a cat' }]);
  });

  it('sends a form with images to newer models', async () => {
    const generateImages = await rest(() => ({ body: { result: { image: PNG }, success: true } }));
    await generateImages('@cf/black-forest-labs/flux-2-dev', {
      images: [png, png],
      size: '1024x768',
      seed: 5,
    });
    expect(requests()[0]?.headers['content-type']).toMatch(/^multipart\/form-data/);
    const names = [...(requests()[0]?.text ?? '').matchAll(/; name="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['prompt', 'width', 'height', 'seed', 'input_image_0', 'input_image_1']);
  });

  it('sends n runs from the seed on; failures are warnings', async () => {
    const generateImages = await rest(({ text }) =>
      text.includes('"seed":8')
        ? {
            status: 500,
            body: { success: false, errors: [{ code: 3043, message: 'Internal server error' }] },
          }
        : { body: png.bytes },
    );
    const { images, warnings } = await generateImages('@cf/lykon/dreamshaper-8-lcm', { n: 3, seed: 7 });
    expect(images.length).toBe(2);
    expect(warnings).toMatchObject([{ action: 'dropped', what: '1 of 3 images' }]);
    const seeds = inputs().map((input) => (input as { seed: number }).seed);
    expect(seeds.sort()).toEqual([7, 8, 9]);
  });

  it.each([
    ['no image', 200, { result: {}, success: true }, 'protocol'],
    ['words', 200, new TextEncoder().encode('hello'), 'protocol'],
  ])('%s fails by kind', async (_, status, body, kind) => {
    const generateImages = await rest(() => ({ status, body }));
    expect((await failureOf(generateImages('@cf/x'))).kind).toBe(kind);
  });

  it('rejects too many images before any call', async () => {
    const generateImages = await rest(() => ({ body: png.bytes }));
    const error = await failureOf(generateImages('@cf/leonardo/phoenix-1.0', { images: [png] }));
    expect(error.kind).toBe('unsupported');
    expect(requests()).toEqual([]);
  });
});

describe('by the binding', () => {
  const overBinding = (
    answer: () => unknown,
  ): { readonly generateImages: Draw; readonly bindingCalls: [string, object][] } => {
    const bindingCalls: [string, object][] = [];
    const binding: AiBinding = {
      run: async (model, input) => {
        bindingCalls.push([model, input]);
        return answer();
      },
    };
    return { generateImages: generateWith(createCloudflare({ binding })), bindingCalls };
  };

  it.each([
    ['a stream of bytes', () => new Response(png.bytes).body],
    ['an object with base64', () => ({ image: PNG })],
    ['a base64 string', () => PNG],
  ])('reads %s', async (_, answer) => {
    const { generateImages, bindingCalls } = overBinding(answer);
    expect((await generateImages('@cf/x', { seed: 3 })).images).toEqual([png]);
    expect(bindingCalls).toEqual([['@cf/x', { prompt: 'a cat', seed: 3 }]]);
  });

  it('sends a form as bytes with their type', async () => {
    const { generateImages, bindingCalls } = overBinding(() => ({ image: PNG }));
    await generateImages('@cf/black-forest-labs/flux-2-klein-4b', { images: [png] });
    const { multipart } = bindingCalls[0]?.[1] as {
      multipart: { body: ReadableStream; contentType: string };
    };
    expect(multipart.contentType).toMatch(/^multipart\/form-data; ?boundary=/);
    const names = [...(await new Response(multipart.body).text()).matchAll(/; name="([^"]+)"/g)];
    expect(names.map(([, name]) => name)).toEqual(['prompt', 'input_image_0']);
  });
});

it('rejects an edit for a model without edits before any call', () => {
  const { imageModel } = createCloudflare({ timeouts: { completeMs: 5 } });
  expect(imageModel?.('@cf/black-forest-labs/flux-1-schnell')).toMatchObject({
    images: false,
    timeouts: { completeMs: 5 },
  });
  expect(imageModel?.('@cf/black-forest-labs/flux-2-dev').images).toBeUndefined();
});
