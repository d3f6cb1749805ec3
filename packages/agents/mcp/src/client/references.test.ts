import { LlmError, type UserPart } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { McpToolbox } from '../options.ts';
import { withMcpReferences } from './references.ts';

const uris: string[] = [];
const box = (name: string, read: (uri: string) => readonly UserPart[]): McpToolbox =>
  ({
    name,
    readResource: async (uri: string) => {
      uris.push(uri);
      return read(uri);
    },
  }) as unknown as McpToolbox;
const text = (value: string): UserPart => ({ type: 'text', text: value });
const echo = box('a', (uri) => [text(`<${uri}>`)]);

it.each([
  ['hi', ['hi']],
  ['', ['']],
  ['@mcp:a:x://1', ['@mcp:a:x://1', '<x://1>']],
  [
    'see @mcp:a:x://1, and (@mcp:a:y://2).',
    ['see @mcp:a:x://1', '<x://1>', ', and (@mcp:a:y://2', '<y://2>', ').'],
  ],
  ['@mcp:b:x://1', ['@mcp:b:x://1']],
  ['@mcp:a:...', ['@mcp:a:...']],
  [`@mcp:a:x.,;:!?'")]}>`, ['@mcp:a:x', '<x>', `.,;:!?'")]}>`]],
])('the text %j has the parts %j', async (given, parts) => {
  expect(await withMcpReferences(given, [echo])).toEqual({ role: 'user', parts: parts.map(text) });
});

it('truncates the text of a resource to 100,000 characters, and retains media', async () => {
  const picture: UserPart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) };
  const contents = [text('x'.repeat(99_990)), picture, text('y'.repeat(10)), text('z')];
  const { parts } = await withMcpReferences('@mcp:a:1', [box('a', () => contents)]);
  expect(parts.slice(1, 4)).toEqual(contents.slice(0, 3));
  expect(parts[4]).not.toEqual(text('z'));
  const long = await withMcpReferences('@mcp:a:1', [box('a', () => [text('x'.repeat(200_000))])]);
  expect(long.parts[1]).toHaveProperty('text.length', 100_000);
});

it('accepts 20 references', async () => {
  const given = (count: number) => '@mcp:a:x '.repeat(count).trim();
  expect((await withMcpReferences(given(20), [echo])).parts).toHaveLength(40);
  await expect(withMcpReferences(given(21), [echo])).rejects.toMatchObject({
    kind: 'invalid-request',
    message: 'withMcpReferences: the text has 21 references; use at most 20',
  });
});

it.each([
  [new LlmError('not-found', 'none'), 'not-found', '@mcp:a:x: none'],
  [new Error('bug'), 'server', '@mcp:a:x: bug'],
])('rejects if a resource cannot be read: %s', async (error, kind, message) => {
  const failing = box('a', () => {
    throw error;
  });
  await expect(withMcpReferences('@mcp:a:x', [failing])).rejects.toMatchObject({
    kind,
    message,
    cause: error,
  });
});
