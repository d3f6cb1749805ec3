import { expect, it } from 'vitest';
import {} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { hi, world } from './support/world.ts';

async function joinTexts(textReader: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const text of textReader) all += `${text}|`;
  return all;
}

it('textStream yields the text as it arrives; the response is available afterwards', async () => {
  const { majordomo, requestCounts } = world({ 'a/x': [{ text: 'one two', reasoning: 'hm' }] });
  const stream = majordomo.model('a/x').stream(hi);
  const { textStream } = stream;
  expect(requestCounts.size).toBe(0);
  expect(await joinTexts(textStream)).toBe('one |two|');
  expect((await stream.response()).text).toBe('one two');
});

it('textStream throws the errors of the stream, and replaces reading the events', async () => {
  const { majordomo } = world({ 'a/x': [{ text: 'one', fail: 'auth' }], 'b/y': ['b'] });
  expect((await failure(joinTexts(majordomo.model('a/x').stream(hi).textStream))).kind).toBe('auth');
  const stream = majordomo.model('b/y').stream(hi);
  await joinTexts(stream.textStream);
  expect((await failure(joinTexts(stream.textStream))).message).toContain('read only once');
});

it('textStream ends the call when its reader leaves, also during a wait', async () => {
  const { majordomo, kinds } = world({ 'a/x': [{ text: 'one', ignoresSignal: true }] });
  for await (const _text of majordomo.model('a/x').stream(hi).textStream) break;
  await settled();
  expect(kinds().at(-1)).toBe('call-end');
  const textReader = majordomo.model('a/x').stream(hi).textStream[Symbol.asyncIterator]();
  await textReader.next();
  const waiting = textReader.next();
  await settled();
  await textReader.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await settled();
  expect(kinds().filter((kind) => kind === 'call-end')).toHaveLength(2);
});

it('textStream is rejected with restart', () => {
  const { majordomo } = world({ 'a/x': ['a'] });
  const restartStream = majordomo.model('a/x').stream(hi, { afterCommit: 'restart' });
  expect(() => restartStream.textStream).toThrow('textStream is not available');
  const general = majordomo.with({ chain: { afterCommit: 'restart' } }).model('a/x');
  expect(() => general.stream(hi).textStream).toThrow('textStream is not available');
  expect(() => general.stream(hi, { afterCommit: 'error' }).textStream).not.toThrow();
});
