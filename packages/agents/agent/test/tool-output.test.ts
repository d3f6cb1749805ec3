import { audio, file, image, LlmError, toolResult, type ToolResultPart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineTool, type Tool, type ToolOutput } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, world } from './support/world.ts';

const parameters = z.object({ q: z.string().default('x') });
const about = { name: 't', description: 't', parameters };

const resultOf = async (tool: Tool): Promise<ToolResultPart> => {
  const { agent } = world([call('t'), 'ok'], { tools: [tool] });
  const message = (await agent.run('go')).messages[2];
  if (message?.role !== 'tool' || message.parts[0]?.type !== 'tool-result') throw new Error('no result');
  return message.parts[0];
};
const contentOf = async (output: unknown): Promise<unknown> =>
  (await resultOf(plain('t', () => output as ToolOutput))).content;
const errorOf = async (output: unknown): Promise<string | undefined> => {
  const { content, isError } = await resultOf(plain('t', () => output as ToolOutput));
  const [part] = content;
  return isError === true && part?.type === 'text' ? part.text : undefined;
};

describe('the type of a tool', () => {
  interface Row {
    readonly id: number;
  }
  const rows: readonly Row[] = [];

  it.each([
    ['a number', defineTool({ ...about, run: () => 5 }), '5'],
    ['a boolean', defineTool({ ...about, run: ({ q }) => q === 'y' }), 'false'],
    ['a row or null', defineTool({ ...about, run: (): Row | null => rows[0] ?? null }), 'null'],
    ['a promise of a row', defineTool({ ...about, run: () => Promise.resolve({ id: 1 }) }), '{"id":1}'],
    [
      'nothing',
      defineTool({
        ...about,
        run: async () => {
          await Promise.resolve();
        },
      }),
      'done',
    ],
  ])('accepts one that returns %s', async (_what, tool, text) => {
    expect(await resultOf(tool)).toMatchObject({ content: [{ type: 'text', text }] });
  });

  it('rejects parameters that are not an object', () => {
    // @ts-expect-error a schema of a string
    expect(() => defineTool({ ...about, parameters: z.string(), run: (text: string) => text })).not.toThrow();
    // @ts-expect-error a schema of an array
    expect(() => defineTool({ ...about, parameters: z.array(z.string()), run: () => 5 })).not.toThrow();
  });
});

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
const WEBP = new TextEncoder().encode('RIFF\n\n\n\nWEBPVP8 ');
const PDF = new TextEncoder().encode('%PDF-1.4');

describe('bytes that a tool returns', () => {
  it.each([
    ['a PNG', PNG, 'image/png'],
    ['a PNG as a Buffer', Buffer.from(PNG), 'image/png'],
    ['a JPEG', new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg'],
    ['a GIF', new TextEncoder().encode('GIF89a'), 'image/gif'],
    ['a WebP as an ArrayBuffer', WEBP.buffer, 'image/webp'],
    ['a file part of an image', file(PNG, 'image/png', 'a.png'), 'image/png'],
  ])('are an image part: %s', async (_what, output, mediaType) => {
    expect(await contentOf(output)).toMatchObject([{ type: 'image', mediaType }]);
  });

  it('become text if their media type is a text type', async () => {
    const csv = file(new TextEncoder().encode('a,b'), 'text/csv', 'a.csv');
    const json = file(new TextEncoder().encode('[1]'), 'application/json; charset=utf-8');
    expect(await contentOf([csv, json])).toEqual([
      { type: 'text', text: 'a,b' },
      { type: 'text', text: '[1]' },
    ]);
  });

  it.each([
    ['a PDF part', file(PDF, 'application/pdf', 'a.pdf'), [file(PDF, 'application/pdf', 'a.pdf')]],
    [
      'a PDF part after text',
      [{ type: 'text', text: 'a' }, file(PDF, 'application/pdf')],
      [{ type: 'text', text: 'a' }, file(PDF, 'application/pdf')],
    ],
    ['a PDF as bytes', PDF, [file(PDF, 'application/pdf')]],
  ])('are a document: %s', async (_what, output, content) => {
    expect(await contentOf(output)).toEqual(content);
  });

  it.each([
    ['bytes of an unknown type', new Uint8Array([1, 2]), '2 bytes'],
    ['audio', audio(PDF, 'audio/wav'), '8 bytes of audio/wav'],
    ['bytes in an object', { id: 1, pdf: Buffer.from(PDF) }, 'binary data of 8 bytes at "pdf"'],
  ])('are an error result that names the remedy: %s', async (_what, output, what) => {
    const text = await errorOf(output);
    expect(text).toContain(what);
    expect(text).toContain(
      'return their text, image(bytes, mediaType), file(bytes, mediaType) or an address',
    );
  });
});

describe('a value that JSON cannot represent', () => {
  it.each([
    ['Map', new Map([['a', 1]]), 'return Object.fromEntries(map)'],
    ['Set', new Set([1]), 'return [...set]'],
    ['Error', new TypeError('x'), 'throw it'],
    ['Response', new Response('body'), 'return await response.text()'],
    ['URLSearchParams', new URLSearchParams('a=1'), 'return Object.fromEntries(query)'],
    ['Promise', { a: Promise.resolve(1) }, 'await it'],
    ['bigint', { id: 10n }, 'return String(value)'],
    ['Map Iterator', new Map([['a', 1]]).values(), 'return its data as'],
    ['ReadableStream', { body: new ReadableStream() }, 'return its data as'],
    ['RegExp', [/x/], 'return its data as'],
    [
      'Object',
      new (class Account {
        readonly #id = 1;
        get id(): number {
          return this.#id;
        }
      })() as object,
      'return its data as',
    ],
  ])('is an error result: %s', async (kind, output, remedy) => {
    expect(await errorOf(output)).toMatch(
      new RegExp(`of type ${kind}( at "\\w+")?, which JSON cannot represent; `),
    );
    expect(await errorOf(output)).toContain(remedy);
  });

  it('is an error result: a generator', async () => {
    const sync = plain('t', function* () {
      yield 1;
    });
    const later = plain('t', async function* () {
      await Promise.resolve();
      yield 1;
    });
    for (const tool of [sync, later])
      expect(await resultOf(tool)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/Generator, which JSON cannot represent; /) as string }],
      });
  });

  it('does not include an instance with members, or an empty plain object', async () => {
    class Row {
      readonly id = 1;
    }
    const output = [new Row(), {}, Object.create(null), { empty: [] }];
    expect(await contentOf(output)).toEqual([{ type: 'text', text: '[{"id":1},{},{},{"empty":[]}]' }]);
  });

  it('does not include an instance with toJSON', async () => {
    expect(await contentOf({ at: new Date(0), url: new URL('https://h/') })).toEqual([
      { type: 'text', text: '{"at":"1970-01-01T00:00:00.000Z","url":"https://h/"}' },
    ]);
    expect(await errorOf(new LlmError('server', 'x'))).toBeUndefined();
  });
});

describe('a row with a member "type"', () => {
  it.each([
    [[{ type: 'text', id: 1, text: 'row' }]],
    [{ type: 'text', id: 1, text: 'row' }],
    [[{ type: 'image', url: 'https://h/' }]],
    [{ type: 'file', name: 'a.txt' }],
    [[{ type: 'text', text: 'a' }, { id: 2 }]],
  ])('is data: %j', async (output) => {
    expect(await contentOf(output)).toEqual([{ type: 'text', text: JSON.stringify(output) }]);
  });

  it('is a part if it has only the members of a part', async () => {
    const parts = [{ type: 'text', text: 'a' }, image(PNG)] as const;
    expect(toolResult({ callId: '1', name: 't', content: parts }).parts[0]?.content).toEqual(
      await contentOf(parts),
    );
  });
});
