import { deflateSync } from 'node:zlib';
import { user, type Message } from '@majordomo/core';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { estimateRequest, maxRequestTokens, type BoundTarget } from '../src/tokens.ts';
import { corpus } from './corpus.ts';

const request = (...messages: readonly Message[]) => ({
  system: undefined,
  messages,
  tools: [],
  output: undefined,
});
/** Returns the tokens that a text adds to a request. */
const boundOfText = (text: string): number =>
  maxRequestTokens(request(user(text))) - maxRequestTokens(request(user('')));

describe('the bound of a text is not below real tokenizers', () => {
  const texts = corpus();

  it('has a corpus of 60 scripts and 20 kinds of data', () => {
    expect(texts.length).toBeGreaterThanOrEqual(80);
    expect(new Set(texts.map(([name]) => name)).size).toBe(texts.length);
  });

  it.each(texts)('%s', (_name, text) => {
    const bound = boundOfText(text);
    expect(bound).toBeGreaterThanOrEqual(o200k(text));
    expect(bound).toBeGreaterThanOrEqual(cl100k(text));
    expect(estimateRequest(request(user(text))).max).toBe(maxRequestTokens(request(user(text))));
  });

  it('in every part of a request', () => {
    const text = '0 1 0 1 '.repeat(500);
    const boundWith = (more: object): number => maxRequestTokens({ ...request(user('')), ...more });
    const least = boundWith({}) + o200k(text);
    const replay = { family: 'a', data: text };
    const bodies = [
      { system: text },
      { tools: [{ name: 'a', description: text, parameters: {} }] },
      { output: { name: 'a', schema: { type: 'string', description: text } } },
      { extra: { chat: { prediction: text } } },
      { messages: [{ role: 'assistant', parts: [{ type: 'reasoning', text, replay: undefined }] }] },
      { messages: [{ role: 'assistant', parts: [{ type: 'text', text: '', replay }] }] },
      {
        messages: [{ role: 'assistant', parts: [{ type: 'tool-call', id: 'a', name: 'b', args: { text } }] }],
      },
      { messages: [{ role: 'assistant', parts: [{ type: 'vendor', kind: 'search', text, replay }] }] },
      {
        messages: [
          {
            role: 'tool',
            parts: [{ type: 'tool-result', callId: 'a', name: 'b', content: [{ type: 'text', text }] }],
          },
        ],
      },
    ];
    expect(bodies.map((body) => boundWith(body)).filter((bound) => bound < least)).toEqual([]);
  });

  it('with the escapes of JSON in arguments', () => {
    const text = '"\n\u0001\\'.repeat(500);
    const part = { type: 'tool-call', id: 'a', name: 'b', args: { text } } as const;
    const call = { role: 'assistant', parts: [part] } as const;
    expect(maxRequestTokens(request(call))).toBeGreaterThanOrEqual(o200k(JSON.stringify(part.args)));
  });
});

/** Examples in platform.claude.com/docs/en/build-with-claude/token-counting, for the text of the request. */
it('is not below the counts that Anthropic publishes', () => {
  const target = { vendor: 'anthropic', model: 'claude-opus-4-6' };
  const hello = {
    ...request(user('Hello, Claude')),
    system: 'You are a scientist',
  };
  expect(maxRequestTokens(hello, target)).toBeGreaterThanOrEqual(14);
  const tool = {
    name: 'get_weather',
    description: 'Get the current weather in a given location',
    parameters: {
      type: 'object',
      properties: {
        location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
      },
      required: ['location'],
    },
  } as const;
  const weather = { ...request(user("What's the weather like in San Francisco?")), tools: [tool] };
  expect(maxRequestTokens(weather, target)).toBeGreaterThanOrEqual(403);
});

/** A PDF with pages as separate, uncompressed objects. */
const pdf = (pages: number, more = ''): Uint8Array =>
  new TextEncoder().encode(
    `%PDF-1.4\n1 0 obj<</Type /Pages /Count ${pages} /Kids[]>>endobj\n${'2 0 obj<</Type /Page /Parent 1 0 R>>endobj\n'.repeat(pages)}${more}`,
  );

describe('the bound of a PDF', () => {
  const boundOfPdf = (bytes: Uint8Array, target: BoundTarget): number => {
    const file = { type: 'file', mediaType: 'application/pdf', bytes } as const;
    return maxRequestTokens(request(user('', file)), target) - maxRequestTokens(request(user('')), target);
  };

  it.each([
    // 1,500 to 3,000 tokens of text and an image for each page.
    ['claude-opus-4-6', 3000 + 1640],
    ['claude-opus-4-8', 3000 + 4784],
    ['gpt-4o', 3000 + 85 + 4 * 170],
    ['gemini-2.5-pro', 258],
    ['gemini-3-pro', 1120],
    ['another', 3000 + 1600],
  ])('depends on its pages, for %s', (model, each) => {
    for (const pages of [1, 10, 100]) {
      const bound = boundOfPdf(pdf(pages), { model });
      expect(bound).toBeGreaterThanOrEqual(pages * each);
      expect(bound).toBeLessThan(pages * each + 20);
    }
  });

  it('uses the number of pages from the application first', () => {
    expect(boundOfPdf(pdf(1), { model: 'gemini-2.5-pro', pages: () => 7 })).toBeGreaterThanOrEqual(7 * 258);
    expect(boundOfPdf(pdf(3), { model: 'gemini-2.5-pro', pages: () => undefined })).toBeLessThan(4 * 258);
  });

  it('uses the declared number of pages if fewer are found', () => {
    const shared = pdf(1, '3 0 obj<</Type /Pages /Count 100>>endobj\n');
    expect(boundOfPdf(shared, { model: 'gemini-2.5-pro' })).toBeGreaterThanOrEqual(100 * 258);
  });

  it.each([480, 100_000])('is not below the tokens of %d pages that share one compressed object', (pages) => {
    const pageReferences = '3 0 R '.repeat(pages);
    const objects = `1 0 2 30 3 ${pageReferences.length + 70} <</Type/Catalog/Pages 2 0 R>> <</Type/Pages/Count ${pages}/Kids[${pageReferences}]>> <</Type/Page/Parent 2 0 R>>`;
    const stream = deflateSync(objects, { level: 9 });
    const header = `%PDF-1.5\n4 0 obj<</Type/ObjStm/N 3/Filter/FlateDecode/Length ${stream.length}>>stream\n`;
    const bytes = Buffer.concat([Buffer.from(header), stream, Buffer.from('\nendstream endobj\n')]);
    expect(bytes.length).toBeLessThan(1200);
    expect(boundOfPdf(bytes, { model: 'claude-opus-4-6' })).toBeGreaterThanOrEqual(pages * 4640);
  });

  it('uses the maximum of the model if the pages are compressed', () => {
    const compressed = pdf(1, `4 0 obj<</Type /ObjStm>>${'x'.repeat(14_000)}endobj\n`);
    const limited = boundOfPdf(compressed, { model: 'claude-opus-4-6', maxPages: 100 });
    expect([limited >= 100 * 4640, limited < 101 * 4640]).toEqual([true, true]);
  });
});

it('bounds images by the rule of their vendor, and by the largest of others', () => {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, 2048);
  new DataView(bytes.buffer).setUint32(20, 2048);
  const image = { type: 'image', mediaType: 'image/png', bytes } as const;
  const bound = (model: string): number => maxRequestTokens(request(user(image)), { model });
  // Four tiles of 5,667 tokens, and 2,833.
  expect(bound('gpt-4o-mini')).toBeGreaterThan(25_501);
  expect(bound('claude-opus-4-8')).toBeGreaterThan(5000);
  const unknown = { ...image, bytes: new Uint8Array(9) };
  expect(maxRequestTokens(request(user(unknown)), { model: 'qwen-vl' })).toBeGreaterThan(16_384);
});

it('includes the texts that describe a document', () => {
  const file = { type: 'file', mediaType: 'text/plain', bytes: new Uint8Array(1000) } as const;
  const described = { ...file, title: 'x'.repeat(100), context: 'y'.repeat(1000), source: 'z'.repeat(10) };
  const added = maxRequestTokens(request(user(described))) - maxRequestTokens(request(user(file)));
  expect(added).toBe(1110);
});

it('bounds text files by their bytes, and other files by more', () => {
  const file = (mediaType: string) => ({ type: 'file', mediaType, bytes: new Uint8Array(1000) }) as const;
  const bound = (mediaType: string): number => maxRequestTokens(request(user(file(mediaType))));
  expect(bound('text/csv')).toBeGreaterThanOrEqual(1000);
  expect(bound('application/vnd.openxmlformats-officedocument.wordprocessingml.document')).toBeGreaterThan(
    10_000,
  );
});

it('accepts a deeply nested request', () => {
  let parameters: object = {};
  for (let depth = 0; depth < 50_000; depth++) parameters = { parameters };
  const tools = [{ name: 'a', description: '', parameters: parameters as Record<string, never> }];
  expect(maxRequestTokens({ ...request(), tools })).toBeGreaterThan(50_000);
});
