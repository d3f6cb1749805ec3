import { createServer, type ServerResponse } from 'node:http';
import { deflateSync, crc32 } from 'node:zlib';
import { inspectImage } from '@majordomo/media';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import { listen } from '@majordomo/test-support';
import { expect, it, vi } from 'vitest';
import { drawAndImprove, studio } from '../src/images.ts';

interface Seen {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

/** Returns a gray PNG of this size. */
function greyPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height, 128);
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0;
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const SKETCH = greyPng(9000, 40);
const FINAL = greyPng(64, 64);

/** Responds for four vendors: one generates an image, one is overloaded, one describes and one edits. */
function answer({ path, text }: Seen, response: ServerResponse): void {
  const json = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const drawn = (png: Buffer): void =>
    json(200, { created: 1, data: [{ b64_json: png.toString('base64') }] });
  if (path === '/art/v1/images/generations') drawn(SKETCH);
  else if (path === '/openai/v1/images/edits') drawn(FINAL);
  else if (path === '/anthropic/v1/messages' && text.includes('image/')) {
    const usage = { input_tokens: 9, output_tokens: 4 };
    const content = [{ type: 'text', text: 'Make the cat look up.' }];
    json(200, {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'x',
      content,
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage,
    });
  } else json(503, { error: { message: 'busy', type: 'overloaded_error' } });
}

it('images: draws, calls a chain of vision models and edits, with the real SDKs', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString('latin1');
      const { url: path = '', headers } = request;
      seen.push({ path, type: headers['content-type'] ?? '', text });
      answer({ path, type: '', text }, response);
    });
  });
  const origin = await listen(server);
  const majordomo = studio([
    openaiCompatible({ id: 'art', baseURL: `${origin}/art/v1` }),
    createOpenAI({ api: 'chat', apiKey: 'none', baseURL: `${origin}/openai/v1` }),
    createAnthropic({ apiKey: 'none', baseURL: `${origin}/anthropic` }),
  ]);
  const { sketch, advice, final } = await drawAndImprove(majordomo, 'a cat');
  expect([sketch.target, advice, final.target]).toEqual([
    'art/flux',
    'Make the cat look up.',
    'openai/gpt-image',
  ]);
  expect(Buffer.from(sketch.image.bytes).equals(SKETCH)).toBe(true);
  expect(Buffer.from(final.image.bytes).equals(FINAL)).toBe(true);
  expect([...new Set(seen.map(({ path }) => path))]).toEqual([
    '/art/v1/images/generations',
    '/openai/v1/chat/completions',
    '/anthropic/v1/messages',
    '/art/v1/images/edits',
    '/openai/v1/images/edits',
  ]);
  expect(JSON.parse(seen[0]!.text)).toMatchObject({
    model: 'flux',
    prompt: 'a cat',
    size: '1024x1024',
    seed: 7,
  });
  // This model accepts edges up to 8,000 pixels, so it received a different image.
  const messagesRequest = seen.find(({ path }) => path === '/anthropic/v1/messages')!;
  const data = /"data":"([^"]+)"/.exec(messagesRequest.text)?.[1] ?? '';
  expect(inspectImage(new Uint8Array(Buffer.from(data, 'base64')))?.width).toBe(8000);
  // The edit sends the original sketch, as multipart form data.
  const edit = seen.at(-1)!;
  expect(edit.type).toMatch(/^multipart\/form-data/);
  expect(edit.text).toContain(SKETCH.toString('latin1'));
  expect(edit.text).toContain('Make the cat look up.');
  expect(warned).not.toHaveBeenCalled();
});
