import { expect, it } from 'vitest';
import { parseReferences } from './parse-references.ts';

it.each([
  ['see @file:a.ts, and @file:"my file.md".', ['@file:a.ts', '@file:"my file.md"']],
  ['(@file:a.ts:10-20) @file:b:3', ['@file:a.ts:10-20', '@file:b:3']],
  [
    '@diff @staged @git:3 @url:https://a.example/x?y=1.',
    ['@diff', '@staged', '@git:3', '@url:https://a.example/x?y=1'],
  ],
  ['@file:a @file:a', ['@file:a']],
  ['`@file:a.ts` @file:`my file.md`.', ['@file:a.ts', '@file:`my file.md`']],
  ['@file:a.ts,@file:b,c.ts,@diff', ['@file:a.ts', '@file:b,c.ts', '@diff']],
  ['@url:https://a.example/x,@y', ['@url:https://a.example/x,@y']],
  ['@git:x @git:--output=/x @git:0 @git:2.', ['@git:0', '@git:2']],
  ['me@file:a x@diff @different @file: @folder:', []],
])('%j refers to %j', (text, raws) => {
  expect(parseReferences(text).map(({ raw }) => raw)).toEqual(raws);
});

it.each([
  ['@file:a:3-5', { type: 'file', path: 'a', from: 3, to: 5 }],
  ['@file:a:3', { type: 'file', path: 'a', from: 3, to: 3 }],
  ['@file:a:3-', { type: 'file', path: 'a:3-' }],
  ['@file::3', { type: 'file', path: ':3' }],
  ['@folder:a:3', { type: 'folder', path: 'a:3' }],
  ['@url:https://a.example:80', { type: 'url', url: 'https://a.example:80' }],
  ['@git:0', { type: 'git', count: 1 }],
  ['@git:1', { type: 'git', count: 1 }],
  ['@git:20', { type: 'git', count: 20 }],
  ['@git:21', { type: 'git', count: 20 }],
  ['@staged', { type: 'staged' }],
  ['@diff', { type: 'diff' }],
  ['@file:..', { type: 'file', path: '..' }],
  ['@file:a/.', { type: 'file', path: 'a/.' }],
  ['@file:.', { type: 'file', path: '.' }],
])('%s is parsed to %j', (raw, reference) => {
  expect(parseReferences(raw)).toEqual([{ raw, ...reference }]);
});

it.each([
  ['@file:a.)', '@file:a'],
  ['@file:a.).', '@file:a.'],
  ['@file:a").', '@file:a'],
  ["@file:a'`]};!?,", '@file:a'],
])('the punctuation of %s is not part of the reference', (text, raw) => {
  expect(parseReferences(text).map((one) => one.raw)).toEqual([raw]);
});
