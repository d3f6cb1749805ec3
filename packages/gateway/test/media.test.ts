import Anthropic from '@anthropic-ai/sdk';
import type { FilePart, ImagePart } from '@majordomo/core';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

const openai = (at: TestGateway): OpenAI =>
  new OpenAI({ baseURL: `${at.url}/v1`, apiKey: KEY, maxRetries: 0 });
const anthropic = (at: TestGateway): Anthropic =>
  new Anthropic({ baseURL: at.url, apiKey: KEY, maxRetries: 0 });

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF').toString('base64');
const picture: ImagePart = { type: 'image', mediaType: 'image/png', bytes: Buffer.from(PIXEL, 'base64') };
const paper: FilePart = { type: 'file', mediaType: 'application/pdf', bytes: Buffer.from(PDF, 'base64') };
const A = 'https://a.example/a.png';

it.each(['input_image', 'input_file'])('an %s with the id of a stored file is refused', async (type) => {
  await using at = await startGateway();
  const content = [{ type, file_id: 'file-1', image_url: A, file_url: A }];
  const body = { model: 'claude', input: [{ role: 'user' as const, content }] };
  await expect(openai(at).post('/responses', { body })).rejects.toMatchObject({
    status: 400,
    param: 'input[0].content[0].file_id',
  });
});

/** The three wires, each with a picture and a document. */
const asking = (
  at: TestGateway,
  image: string,
  document: string,
): Readonly<Record<string, () => Promise<unknown>>> => ({
  chat: () =>
    openai(at).chat.completions.create({
      model: 'claude',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: image } },
            { type: 'file', file: { filename: 'a.pdf', file_data: document } },
          ],
        },
      ],
    }),
  responses: () =>
    openai(at).responses.create({
      model: 'claude',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: image, detail: 'auto' },
            document.startsWith('data:')
              ? { type: 'input_file', filename: 'a.pdf', file_data: document }
              : { type: 'input_file', file_url: document },
          ],
        },
      ],
    }),
  messages: () =>
    anthropic(at).messages.create({
      model: 'claude',
      max_tokens: 10,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'url', url: image } },
            { type: 'document', source: { type: 'url', url: document } },
          ],
        },
      ],
    }),
});
const WIRES = ['chat', 'responses', 'messages'] as const;
const failing = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** What Claude was sent. */
async function sent(at: TestGateway): Promise<unknown> {
  return (await at.anthropic.request(0)).body;
}

describe.each(WIRES)('images and PDFs over %s', (wire) => {
  it('reach the vendor unchanged', async () => {
    await using at = await startGateway();
    const urls = [`data:image/png;base64,${PIXEL}`, `data:application/pdf;base64,${PDF}`] as const;
    await asking(at, ...urls)[wire]?.();
    expect(JSON.stringify(await sent(at))).toContain(PIXEL);
    expect(JSON.stringify(await sent(at))).toContain(PDF);
  });

  it('are fetched once per URL with `fetchMedia`', async () => {
    const asked: string[] = [];
    const fetchMedia = (url: string): Promise<ImagePart | FilePart> => {
      asked.push(url);
      return Promise.resolve(url.endsWith('.pdf') ? paper : picture);
    };
    await using at = await startGateway({ gateway: { fetchMedia } });
    await asking(at, A, 'https://a.example/a.pdf')[wire]?.();
    expect(asked.sort()).toEqual(['https://a.example/a.pdf', A]);
    expect(JSON.stringify(await sent(at))).toContain(PIXEL);
    expect(JSON.stringify(await sent(at))).toContain(PDF);
  });

  it('are refused with the path if they cannot be fetched or have another type', async () => {
    const fetchMedia = (url: string): Promise<ImagePart | FilePart> =>
      url === A ? Promise.resolve(paper) : Promise.reject(new Error('connect 10.0.0.7 refused'));
    await using at = await startGateway({ gateway: { fetchMedia } });
    const none = await failing(asking(at, 'https://b.example/b.png', A)[wire]?.() ?? Promise.resolve());
    expect(none).toMatchObject({ status: 400 });
    expect(String(none)).toMatch(/\[0\].*: the URL could not be fetched; send the data/);
    expect(String(none)).not.toContain('10.0.0.7');
    const wrong = await failing(asking(at, A, A)[wire]?.() ?? Promise.resolve());
    expect(wrong).toMatchObject({ status: 400 });
    expect(String(wrong)).toContain('must be an image, not application/pdf');
    expect(at.anthropic.requests).toHaveLength(0);
  });
});

describe('a fetchMedia that hangs', () => {
  it('is aborted when the client leaves, and releases its slot', async () => {
    let tell: (signal: AbortSignal) => void = () => undefined;
    const asked = new Promise<AbortSignal>((resolve) => (tell = resolve));
    const fetchMedia = (_: string, { signal }: { readonly signal: AbortSignal }): Promise<ImagePart> => {
      tell(signal);
      return new Promise(() => undefined);
    };
    await using at = await startGateway({ gateway: { fetchMedia, maxConcurrent: 1 } });
    const left = new AbortController();
    const body = {
      model: 'claude',
      messages: [{ role: 'user' as const, content: [{ type: 'image_url' as const, image_url: { url: A } }] }],
    };
    const first = failing(openai(at).chat.completions.create(body, { signal: left.signal }));
    const signal = await asked;
    left.abort();
    await first;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    const next = await openai(at).chat.completions.create({
      model: 'claude',
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(next.choices[0]?.message.content).toBe('hello');
  });
});
