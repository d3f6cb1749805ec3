import type { FilePart, ImagePart } from '@majordomo/core';
import { PNG, png } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { anthropicClient, openaiClient } from './support/clients.ts';
import { startGateway, type TestGateway } from './support/test-gateway.ts';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF').toString('base64');
const pdfPart: FilePart = { type: 'file', mediaType: 'application/pdf', bytes: Buffer.from(PDF, 'base64') };
const IMAGE_URL = 'https://a.example/a.png';

it.each(['input_image', 'input_file'])(
  'refuses an %s with the id of a stored file, and names the member',
  async (type) => {
    await using testGateway = await startGateway();
    const content = [{ type, file_id: 'file-1', image_url: IMAGE_URL, file_url: IMAGE_URL }];
    const body = { model: 'claude', input: [{ role: 'user' as const, content }] };
    await expect(openaiClient(testGateway).post('/responses', { body })).rejects.toMatchObject({
      status: 400,
      param: 'input[0].content[0].file_id',
    });
  },
);

/** Returns a function for each wire that sends an image and a document with its official client. */
const requestsByWire = (
  testGateway: TestGateway,
  image: string,
  document: string,
): Readonly<Record<string, () => Promise<unknown>>> => ({
  chat: () =>
    openaiClient(testGateway).chat.completions.create({
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
    openaiClient(testGateway).responses.create({
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
    anthropicClient(testGateway).messages.create({
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
const errorOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** Returns the body of the first request to Anthropic. */
async function anthropicRequestBody(testGateway: TestGateway): Promise<unknown> {
  return (await testGateway.anthropic.request(0)).body;
}

describe.each(WIRES)('images and PDFs over %s', (wire) => {
  it('reach the vendor unchanged', async () => {
    await using testGateway = await startGateway();
    const urls = [`data:image/png;base64,${PNG}`, `data:application/pdf;base64,${PDF}`] as const;
    await requestsByWire(testGateway, ...urls)[wire]?.();
    expect(JSON.stringify(await anthropicRequestBody(testGateway))).toContain(PNG);
    expect(JSON.stringify(await anthropicRequestBody(testGateway))).toContain(PDF);
  });

  it('are fetched once per URL with `fetchMedia`', async () => {
    const fetchedUrls: string[] = [];
    const fetchMedia = (url: string): Promise<ImagePart | FilePart> => {
      fetchedUrls.push(url);
      return Promise.resolve(url.endsWith('.pdf') ? pdfPart : png);
    };
    await using testGateway = await startGateway({ gateway: { fetchMedia } });
    await requestsByWire(testGateway, IMAGE_URL, 'https://a.example/a.pdf')[wire]?.();
    expect(fetchedUrls.sort()).toEqual(['https://a.example/a.pdf', IMAGE_URL]);
    expect(JSON.stringify(await anthropicRequestBody(testGateway))).toContain(PNG);
    expect(JSON.stringify(await anthropicRequestBody(testGateway))).toContain(PDF);
  });

  it('are refused with the path if they cannot be fetched or if the type of an image is wrong', async () => {
    const fetchMedia = (url: string): Promise<ImagePart | FilePart> =>
      url === IMAGE_URL ? Promise.resolve(pdfPart) : Promise.reject(new Error('connect 10.0.0.7 refused'));
    await using testGateway = await startGateway({ gateway: { fetchMedia } });
    const unreachableError = await errorOf(
      requestsByWire(testGateway, 'https://b.example/b.png', IMAGE_URL)[wire]?.() ?? Promise.resolve(),
    );
    expect(unreachableError).toMatchObject({ status: 400 });
    expect(String(unreachableError)).toMatch(/\[0\].*: the URL could not be fetched; send the data/);
    expect(String(unreachableError)).not.toContain('10.0.0.7');
    const wrongTypeError = await errorOf(
      requestsByWire(testGateway, IMAGE_URL, IMAGE_URL)[wire]?.() ?? Promise.resolve(),
    );
    expect(wrongTypeError).toMatchObject({ status: 400 });
    expect(String(wrongTypeError)).toContain('must be an image, not application/pdf');
    expect(testGateway.anthropic.requests).toHaveLength(0);
  });
});
