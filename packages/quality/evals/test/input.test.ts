import { user, type ChatStream } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { calledTool, evaluate, maxCalls, maxMs, toHtml, toTable } from '../src/index.ts';
import { answerTo, config, echo, fakeModels, testFolder } from './support/fixture.ts';

const circular: Record<string, unknown> = {};
circular['self'] = circular;
const NOT_JSON: readonly (readonly [unknown])[] = [
  [new Map([[1, 2]])],
  [{ at: new Date() }],
  [() => 1],
  [10n],
  [NaN],
  [circular],
];

describe('values that are not JSON', () => {
  test.each<readonly [unknown]>([...NOT_JSON, [undefined]])(
    'a subject that returns %s rejects the evaluation',
    async (value) => {
      const { majordomo } = fakeModels(answerTo);
      const definition = echo(majordomo, { subject: () => value as string });
      await expect(evaluate(definition, { folder: testFolder(), mode: 'live' })).rejects.toEqual(
        config(/`subject`/),
      );
    },
  );

  test.each<readonly [unknown]>([...NOT_JSON, [undefined]])(
    'a case with the input %s is rejected',
    async (input) => {
      const { majordomo } = fakeModels(answerTo);
      for (const id of ['a', undefined]) {
        const definition = echo(majordomo, { cases: [{ id, input: input as never }], subject: () => 'x' });
        await expect(evaluate(definition, { folder: testFolder(), mode: 'live' })).rejects.toEqual(
          config(/`cases`/),
        );
      }
    },
  );

  test.each<readonly [unknown]>([...NOT_JSON, [new Response('x')]])(
    'an effect that returns %s has no result',
    async (value) => {
      const { majordomo } = fakeModels(answerTo);
      const definition = echo(majordomo, {
        subject: async (_input, { effect }) => {
          await effect('search', () => value).catch(() => undefined);
          return 'caught';
        },
      });
      const { samples } = await evaluate(definition, { folder: testFolder(), mode: 'record' });
      expect(samples[0]?.error).toMatchObject({ kind: 'config', counts: false });
      expect(samples[0]?.error?.message).toContain('the effect "search" must return JSON');
    },
  );
});

test('an effect has the value of its replay in the recorded run', async () => {
  const { folder, majordomo } = fakeModels(answerTo);
  const definition = echo(majordomo, {
    subject: async (_input, { effect }) => {
      const value = await effect('a', () => ({ absent: undefined, bytes: new Uint8Array([1]) }));
      return `${Object.keys(value).join()} ${value.bytes[0]} ${String(await effect<string | undefined>('b', () => undefined))}`;
    },
  });
  for (const mode of ['record', 'replay'] as const)
    expect((await evaluate(definition, { folder, mode })).samples[0]?.text).toBe('bytes 1 undefined');
});

test('an error of the cases is `config` with its message', async () => {
  const { majordomo } = fakeModels(answerTo);
  const cases = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new TypeError('no database')) }),
  };
  await expect(evaluate(echo(majordomo, { cases }), { mode: 'live' })).rejects.toEqual(
    config(/`cases` cannot be read: no database/),
  );
});

test('tags that are not an array and an empty `only` are rejected', async () => {
  const { majordomo } = fakeModels(answerTo);
  const tagged = echo(majordomo, { cases: [{ id: 'a', input: 'x', tags: 'smoke' as never }] });
  await expect(evaluate(tagged, { mode: 'live' })).rejects.toEqual(
    config(/`cases` has the case "a", whose tags/),
  );
  await expect(evaluate(echo(majordomo), { mode: 'live', only: [] })).rejects.toEqual(config(/`only`/));
});

test.each([
  ['maxMs', () => maxMs(NaN)],
  ['maxMs', () => maxMs(undefined as never)],
  ['maxCalls', () => maxCalls(-1)],
  ['calledTool', () => calledTool('order', { arg: {} } as never)],
] as const)('%s rejects an invalid limit or rule when it is created', (name, create) => {
  expect(create).toThrow(config(new RegExp(name)));
});

test('a secret that the limit of an input would cut is masked', async () => {
  const { majordomo } = fakeModels(answerTo);
  const secret = `sk-ant-api03-${'Ab1'.repeat(31)}AA`;
  for (const length of [1900, 1960, 1980]) {
    const cases = [{ id: 'a', input: `${'x '.repeat(length / 2)}${secret}` }];
    const { samples } = await evaluate(echo(majordomo, { cases, subject: () => 'x' }), { mode: 'live' });
    expect(samples[0]?.input).not.toContain('Ab1Ab1');
  }
});

test.each<readonly [string, (stream: ChatStream) => unknown]>([
  ['is never read', (stream) => stream],
  ['is read once and not left', (stream) => stream[Symbol.asyncIterator]().next()],
  ['has a response that is not awaited', (stream) => [stream.response()]],
  ['is left', (stream) => stream[Symbol.asyncIterator]().return?.()],
  [
    'is left after a part of its text',
    async (stream) => {
      for await (const _delta of stream.textStream) break;
    },
  ],
])('a sample whose stream %s finishes and replays', async (_name, use) => {
  const { folder, majordomo, provider } = fakeModels(() => ({ text: 'one two', chunks: ['one ', 'two'] }));
  const definition = echo(majordomo, {
    subject: async (input, { model }) => {
      await use(model('fast').stream({ messages: [user(input)] }));
      return 'finished';
    },
  });
  expect((await evaluate(definition, { folder, mode: 'record' })).totals.errors).toBe(0);
  const requests = provider.requests.length;
  expect((await evaluate(definition, { folder })).totals).toMatchObject({ errors: 0, replayed: 3 });
  expect(provider.requests).toHaveLength(requests);
});

test('reports contain no format characters, and wide characters take two columns', async () => {
  const { majordomo } = fakeModels(answerTo);
  const ids = ['a\u061Cb\u00ADc\u{E0041}d\u180Ee', '𠀀'.repeat(60)];
  const definition = echo(majordomo, {
    cases: ids.map((id) => ({ id, input: 'x' })),
    checks: { wrong: () => 0 },
  });
  const evaluation = await evaluate(definition, { folder: testFolder(), mode: 'record' });
  expect(toTable(evaluation) + toHtml(evaluation)).not.toMatch(/\p{Cf}/u);
  const wide = toTable(evaluation, { columns: 50 })
    .split('\n')
    .find((line) => line.startsWith('𠀀'));
  expect(Array.from(wide ?? '')).toHaveLength(25);
});
