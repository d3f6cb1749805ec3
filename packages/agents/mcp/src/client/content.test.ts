import { toBase64 } from '@majordomo/core/toolkit';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import { expect, it } from 'vitest';
import { contentOf, describe as describeResult, textOf } from './content.ts';

const PNG = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
const PDF = new TextEncoder().encode('%PDF-1.7\n');
const png = toBase64(PNG);
const pdf = toBase64(PDF);
const text = (value: string) => ({ type: 'text', text: value });
const resource = (members: object): ContentBlock =>
  ({ type: 'resource', resource: { uri: 'a://b/c.x', ...members } }) as ContentBlock;

it.each<[ContentBlock, object]>([
  [{ type: 'text', text: 'hi' }, text('hi')],
  [
    { type: 'image', data: png, mimeType: 'image/gif' },
    { type: 'image', mediaType: 'image/png', bytes: PNG },
  ],
  [{ type: 'image', data: pdf, mimeType: 'image/gif' }, text('[invalid image of type image/gif]')],
  [{ type: 'image', data: '*', mimeType: 'image/gif' }, text('[invalid image of type image/gif]')],
  [{ type: 'image', data: png, mimeType: 'a/image/png' }, text('[invalid image of type a/image/png]')],
  [
    { type: 'audio', data: 'AAAAAAAA', mimeType: 'audio/wav' },
    { type: 'file', mediaType: 'audio/wav', bytes: new Uint8Array(6) },
  ],
  [{ type: 'audio', data: '*', mimeType: 'audio/wav' }, text('[invalid audio of type audio/wav]')],
  [{ type: 'resource_link', uri: 'a://b', name: '' }, text('[link a://b]')],
  [{ type: 'resource_link', uri: 'a://b', name: 'c' }, text('[link a://b "c"]')],
  [resource({ text: 'T' }), text('T')],
  [resource({ blob: png, mimeType: 'image/x' }), { type: 'image', mediaType: 'image/png', bytes: PNG }],
  [resource({ blob: pdf }), { type: 'file', mediaType: 'application/pdf', bytes: PDF, name: 'c.x' }],
  [
    resource({ blob: pdf, uri: 'a://' }),
    { type: 'file', mediaType: 'application/pdf', bytes: PDF, name: undefined },
  ],
  [resource({ blob: 'AAAA' }), text('[application/octet-stream a://b/c.x, 3 bytes, omitted]')],
  [resource({ blob: '*', mimeType: 'a/b' }), text('[a/b a://b/c.x, 0 bytes, omitted]')],
  [{ type: 'video' } as never, text('[content of unknown type video]')],
])('%j becomes %j', (block, part) => {
  expect(contentOf({ content: [block] })).toEqual([part]);
});

it.each<[Partial<CallToolResult>, string]>([
  [{}, 'done'],
  [{ content: [] }, 'done'],
  [{ content: [], structuredContent: { a: 1 } }, '{"a":1}'],
  [{ content: [{ type: 'text', text: 'hi' }], structuredContent: { a: 1 } }, 'hi'],
])('the result %j is %s', (result, expected) => {
  expect(contentOf(result)).toEqual([text(expected)]);
});

it('as text has descriptions of media, or no media', () => {
  const content: ContentBlock[] = [
    { type: 'text', text: 'a' },
    { type: 'image', data: png, mimeType: 'image/png' },
    { type: 'text', text: 'b' },
  ];
  expect(describeResult({ content })).toBe('a\n[image/png, 12 bytes, omitted]\nb');
  expect(textOf({ content })).toBe('a\nb');
});

it('has at most 20 images and documents', () => {
  const image: ContentBlock = { type: 'image', data: png, mimeType: 'image/png' };
  const results = [19, 21].map((count) => {
    const images = Array.from({ length: count }, () => image);
    return contentOf({ content: [resource({ blob: pdf }), ...images, { type: 'text', text: 'end' }] });
  });
  const document = { type: 'file', mediaType: 'application/pdf', bytes: PDF, name: 'c.x' };
  const shown = { type: 'image', mediaType: 'image/png', bytes: PNG };
  const expected = [document, ...Array.from({ length: 19 }, () => shown), text('end')];
  expect(results[0]).toEqual(expected);
  expect(results[1]).toEqual([
    ...expected,
    text('[truncated: the result had 22 images and documents; 2 were omitted]'),
  ]);
});
