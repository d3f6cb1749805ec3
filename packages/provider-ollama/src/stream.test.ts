import { EventWriter } from '@majordomo/core/toolkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChatReader } from './stream.ts';

/** What a reader of these lines writes, or what it throws. */
function read(lines: readonly string[]): unknown {
  const scribe = new EventWriter('ollama/m', []);
  const reader = new ChatReader({
    scribe,
    family: 'f',
    prompt: () => ({ characters: 0, numCtx: undefined }),
    toLlmError: () => {
      throw new Error('no line holds an error');
    },
  });
  try {
    for (const line of lines) reader.readMessage(line, undefined);
    return scribe.take();
  } catch (error) {
    return [String(error), scribe.take()];
  }
}

const made = { model: 'm', created_at: '2026-11-20T09:00:00.1Z' };
const first = JSON.stringify({ ...made, message: { role: 'assistant', content: 'So' }, done: false });
const last = JSON.stringify({ ...made, message: { role: 'assistant', content: '' }, done: true });
/** The same value, written as no server writes it. */
const spaced = (line: string): string => line.replace('{', '{ ');

const word = fc.oneof(
  fc.string({ maxLength: 16 }),
  fc.string({ unit: 'binary', maxLength: 16 }),
  fc.constantFrom(
    '',
    ' the',
    'a "quote"',
    'C:\\',
    '</',
    'Grüße',
    '世界🌍',
    'a long piece of a text',
    '\u0085',
  ),
);
const piece = fc
  .record({ content: word, thinking: fc.option(word, { nil: undefined }) })
  .map((said) => JSON.stringify({ ...made, message: { role: 'assistant', ...said }, done: false }));
/** Some of a line is lost, said twice or something else. */
const hurt = fc
  .tuple(piece, fc.nat(140), fc.nat(4), fc.constantFrom('', '"', '\\', '\n', '\u0000', '}', ',"done":true'))
  .map(([line, at, gone, put]) => line.slice(0, at) + put + line.slice(at + gone));

it('pieces of an answer are what JSON makes of them, whatever they say and wherever they are broken', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: piece }, hurt), { maxLength: 6 }), (pieces) => {
      const lines = [first, ...pieces, last];
      expect(read(lines)).toEqual(read(lines.map(spaced)));
    }),
    { numRuns: 2000 },
  );
});

it('a piece of text goes on, and a piece of reasoning begins a part of its own', () => {
  const think = JSON.stringify({
    ...made,
    message: { role: 'assistant', content: '', thinking: 'Hm' },
    done: false,
  });
  const events = read([first, think, first, last]) as readonly { readonly type: string }[];
  expect(events.filter(({ type }) => type.endsWith('-delta'))).toMatchObject([
    { type: 'text-delta', text: 'So' },
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'text-delta', text: 'So' },
  ]);
});
