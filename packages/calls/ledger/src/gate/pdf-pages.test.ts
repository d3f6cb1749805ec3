import { assistant, file, user, type AttemptInfo, type FilePart } from '@majordomo/core';
import { expect, it } from 'vitest';
import { pageCountsOf } from './pdf-pages.ts';

const pdf = (text: string): FilePart => file(new TextEncoder().encode(text), 'application/pdf');
const textFile = file(new Uint8Array(1), 'text/plain');
const { signal } = new AbortController();
const attemptWith = (...parts: readonly (FilePart | string)[]): AttemptInfo =>
  ({ request: { messages: [assistant('hi'), user(...parts)] }, signal }) as unknown as AttemptInfo;

it('counts the pages of each PDF with the signal of the attempt', async () => {
  const [one, two] = [pdf('one'), pdf('three')];
  const signals: unknown[] = [];
  const media = {
    pages: (part: FilePart, attemptSignal: AbortSignal) => {
      signals.push(attemptSignal);
      return Promise.resolve(part.bytes.length);
    },
  };
  expect(await pageCountsOf(media, attemptWith('read', one, textFile, two))).toEqual(
    new Map([
      [one, 3],
      [two, 5],
    ]),
  );
  expect(signals).toEqual([signal, signal]);
});

it('omits a PDF that cannot be counted', async () => {
  const [one, two, three] = [pdf('one'), pdf('two'), pdf('three')];
  const media = {
    pages: (part: FilePart) => {
      if (part === one) return Promise.reject(new Error('broken'));
      return Promise.resolve(part === two ? undefined : 7);
    },
  };
  expect(await pageCountsOf(media, attemptWith(one, two, three))).toEqual(new Map([[three, 7]]));
});

it('counts nothing without a counter or a PDF', () => {
  const media = { pages: () => Promise.resolve(1) };
  expect(pageCountsOf(undefined, attemptWith(pdf('one')))).toBeUndefined();
  expect(pageCountsOf({ pages: undefined } as never, attemptWith(pdf('one')))).toBeUndefined();
  expect(pageCountsOf(media, attemptWith('read', textFile))).toBeUndefined();
});
