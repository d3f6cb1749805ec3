import { EventWriter } from '@majordomo/wire-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChatReader } from './stream.ts';

/** Returns the events that a reader writes for these lines, or its error. */
function read(lines: readonly string[]): unknown {
  const writer = new EventWriter('ollama/m', { collects: true });
  const reader = new ChatReader({
    writer,
    family: 'f',
    prompt: () => ({ characters: 0, numCtx: undefined }),
    toLlmError: () => {
      throw new Error('no line holds an error');
    },
  });
  try {
    for (const line of lines) reader.readMessage(line, undefined);
    return writer.take();
  } catch (error) {
    return [String(error), writer.take()];
  }
}

const lineFields = { model: 'm', created_at: '2026-11-20T09:00:00.1Z' };
const first = JSON.stringify({ ...lineFields, message: { role: 'assistant', content: 'So' }, done: false });
const last = JSON.stringify({ ...lineFields, message: { role: 'assistant', content: '' }, done: true });
/** Returns the line in a format that no server uses. */
const spaced = (line: string): string => line.replace('{', '{ ');

const word = fc.oneof(
  fc.string({ maxLength: 16 }),
  fc.string({ unit: 'grapheme', maxLength: 16 }),
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
const messageLine = fc
  .record({ content: word, thinking: fc.option(word, { nil: undefined }) })
  .map((fields) => JSON.stringify({ ...lineFields, message: { role: 'assistant', ...fields }, done: false }));
/** Loses, repeats or changes parts of a line. */
const damagedLine = fc
  .tuple(
    messageLine,
    fc.nat(140),
    fc.nat(4),
    fc.constantFrom('', '"', '\\', '\n', '\u0000', '}', ',"done":true'),
  )
  .map(
    ([line, at, removedLength, inserted]) => line.slice(0, at) + inserted + line.slice(at + removedLength),
  );

it('decodes JSON at any chunk boundaries', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: messageLine }, damagedLine), { maxLength: 6 }),
      (messageLines) => {
        const lines = [first, ...messageLines, last];
        expect(read(lines)).toEqual(read(lines.map(spaced)));
      },
    ),
    { numRuns: process.env['SOAK'] === undefined ? 200 : 2000 },
  );
});

it('joins text, and starts a separate part for reasoning', () => {
  const think = JSON.stringify({
    ...lineFields,
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
