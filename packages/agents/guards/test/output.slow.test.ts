import { getEventListeners } from 'node:events';
import { createMajordomo, type StreamEvent } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeClock } from '@majordomo/testing';
import { deferred, readAll } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { forbid, guarded, type Check, type GuardOptions } from '../src/index.ts';
import { ask, cutAt, failureOf, streamed } from './support/calls.ts';
import { chatServer, type Answer } from './support/chat-server.ts';

const SECRET = 'Acme Corp';
const noSecret = forbid({ name: 'secret', patterns: [SECRET], kind: 'content-filter' });
const harmless: Check = { name: 'ok', check: () => undefined };

/** Whether events contain the first characters of the secret. */
const containsSecret = (events: readonly StreamEvent[]): boolean => JSON.stringify(events).includes('Ac');

const serve = (answers: readonly Answer[]) => chatServer((_body, at) => answers[at] ?? {});

describe('a complete answer that is refused', () => {
  it('fails without its text, and with the paid attempt', async () => {
    const server = await serve([{ pieces: [`Ask ${SECRET}.`] }]);
    const error = await failureOf(guarded(server.model, { output: [noSecret] }).generate(ask()));
    expect(error).toMatchObject({
      kind: 'content-filter',
      details: { code: 'secret', target: 'openai/gpt-test', partial: undefined },
    });
    expect(error.details.attempts).toMatchObject([{ outcome: 'finished', usage: { input: 7, output: 5 } }]);
    expect(JSON.stringify(error)).not.toContain('Acme');
  });

  it.each<[string, Answer]>([
    ['reasoning', { reasoning: [`about ${SECRET}`], pieces: ['ok'] }],
    ['arguments', { calls: [{ name: 'f', json: `{"to":"${SECRET}"}` }] }],
  ])('can be refused for its %s', async (_name, answer) => {
    const server = await serve([answer, answer]);
    const model = guarded(server.model, { output: [noSecret] });
    await expect(model.generate(ask())).rejects.toThrow('secret');
    expect((await streamed(model)).error?.details.code).toBe('secret');
  });
});

describe('a forbidden phrase in a stream', () => {
  const text = `Well, ${SECRET} is great.`;
  const cuts = Array.from({ length: text.length - 1 }, (_, at) => cutAt(text, at + 1));

  it.each([0, 5, 400])(
    'is not delivered in part with holdBack.characters of %i, at every split position',
    async (characters) => {
      const answers = [...cuts, Array.from(text)].map((pieces) => ({ pieces }));
      const server = await serve(answers);
      const model = guarded(server.model, { output: [noSecret], holdBack: { characters } });
      for (const _ of answers) {
        const { events, error } = await streamed(model);
        expect(containsSecret(events)).toBe(false);
        expect(error).toMatchObject({ kind: 'content-filter', details: { code: 'secret' } });
        expect(JSON.stringify(error)).not.toContain('Acme');
      }
    },
  );

  it('is checked together with the preceding context', async () => {
    const server = await serve([{ pieces: ['one ', 'two ', 'three'] }]);
    const checked: string[] = [];
    const check: Check = { name: 'c', check: ({ text: context }) => void checked.push(context) };
    await streamed(guarded(server.model, { output: [check], holdBack: { characters: 0, context: 6 } }));
    expect(checked).toEqual(['one ', 'one two ', 'e two three']);
  });
});

describe('an error in the middle of a stream', () => {
  it('contains exactly the delivered content if the vendor ends early', async () => {
    const server = await serve([{ pieces: ['shown, ', 'and held text'], isCut: true }]);
    const model = guarded(server.model, {
      output: [forbid({ name: 'x', patterns: ['0123456789'] })],
      holdBack: { characters: 3 },
    });
    const { text, error } = await streamed(model);
    expect(text).not.toBe('');
    expect(error?.details.partial?.text).toBe(text);
    expect(JSON.stringify(error)).not.toContain('held text');
    expect(error?.details.attempts[0]?.error?.details.partial).toBeUndefined();
  });

  it('adds no undelivered content to the attempts of a later success', async () => {
    const server = await serve([{ pieces: ['never shown'], isCut: true }, { pieces: ['ok'] }]);
    const model = guarded(server.create({ chain: { attempts: 2, backoff: { baseMs: 0 } } }), {
      output: [noSecret],
    });
    const response = await model.stream(ask(), { afterCommit: 'restart' }).response();
    expect(response.text).toBe('ok');
    expect(response.attempts).toHaveLength(2);
    expect(JSON.stringify(response.attempts)).not.toContain('never');
  });
});

describe('a stream that passes', () => {
  const answer: Answer = {
    reasoning: ['hm', 'm'],
    pieces: ['Hello ', 'wide ', 'world 🌍', '!'],
    calls: [
      { name: 'f', json: '{"a":"b c"}', cuts: [3, 6] },
      { name: 'g', json: '{}' },
    ],
  };

  it('has the same text, reasoning and calls, in a valid order', async () => {
    const server = await serve([answer, answer]);
    const plain = await streamed(server.model);
    const model = guarded(server.model, { output: [noSecret], holdBack: { characters: 4 } });
    const stream = model.stream(ask());
    const events = await readAll(stream);
    expect(eventOrderError(events)).toBeUndefined();
    const partEnds = (all: readonly StreamEvent[]) => all.filter(({ type }) => type === 'part-end');
    expect(partEnds(events)).toEqual(partEnds(plain.events));
    expect(events.at(-1)).toEqual(plain.events.at(-1));
    const response = await stream.response();
    expect(response.text).toBe('Hello wide world 🌍!');
    expect(response.toolCalls).toMatchObject([{ args: { a: 'b c' } }, { args: {} }]);
  });

  it('has a textStream', async () => {
    const server = await serve([{ pieces: ['a', 'b'] }]);
    let text = '';
    for await (const piece of guarded(server.model, { output: [noSecret] }).stream(ask()).textStream)
      text += piece;
    expect(text).toBe('ab');
  });

  it('is delivered in order with slow checks', async () => {
    const server = await serve([{ pieces: Array.from('abcdef') }]);
    const slow: Check = {
      name: 's',
      check: async ({ text }) => {
        for (let at = text.length; at < 8; at++) await Promise.resolve();
      },
    };
    expect(
      (await streamed(guarded(server.model, { output: [slow], holdBack: { characters: 0 } }))).text,
    ).toBe('abcdef');
  });

  it('never splits a surrogate pair', async () => {
    const server = await serve([{ pieces: ['a🌍b🌍c', '🌍🌍'] }]);
    const check = forbid({ name: 'x', patterns: ['0123'] });
    const { events, text } = await streamed(
      guarded(server.model, { output: [check], holdBack: { characters: 0 } }),
    );
    expect(text).toBe('a🌍b🌍c🌍🌍');
    for (const event of events)
      if (event.type === 'text-delta') expect(event.text).not.toMatch(/\p{Surrogate}/u);
  });
});

describe('hold-back', () => {
  it.each([1, 5, 400])(
    'runs the checks after %i new characters, and holds at most these characters',
    async (characters) => {
      const answer = 'x'.repeat(23);
      const server = await serve([{ pieces: Array.from(answer) }]);
      const checked: number[] = [];
      const check: Check = { name: 'c', span: 3, check: ({ text }) => void checked.push(text.length) };
      const holdBack = { characters, context: 0 };
      const { events } = await streamed(guarded(server.model, { output: [check], holdBack }));
      const deltas = events.flatMap((event) => (event.type === 'text-delta' ? [event.text.length] : []));
      expect(Math.max(...checked)).toBeLessThanOrEqual(characters + 2);
      expect(Math.max(...deltas)).toBeLessThanOrEqual(characters + 2);
      expect(checked).toHaveLength(Math.ceil(answer.length / characters));
      expect(deltas.reduce((sum, length) => sum + length, 0)).toBe(answer.length);
    },
  );

  it('ends after holdBack.ms although no further text arrives', async () => {
    const clock = fakeClock();
    const { promise: released, resolve: release } = deferred();
    const server = await serve([
      { pieces: ['held', ' rest'], step: (at) => (at === 1 ? released : Promise.resolve()) },
    ]);
    const model = guarded(server.model, {
      output: [harmless],
      holdBack: { characters: 400, ms: 250 },
      clock,
    });
    const iterator = model.stream(ask())[Symbol.asyncIterator]();
    const types: string[] = [];
    const next = async (): Promise<StreamEvent> => {
      const { value } = await iterator.next();
      types.push((value as StreamEvent).type);
      return value as StreamEvent;
    };
    await next();
    await next();
    const delta = next();
    // The clock advances until the text has arrived and its hold-back time has passed.
    const moving = (async () => {
      while (!types.includes('text-delta')) {
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(50);
      }
    })();
    expect(await delta).toMatchObject({ type: 'text-delta', text: 'held' });
    await moving;
    release();
    await iterator.return?.();
  });
});

describe('the socket of a stream', () => {
  const endless = (): Answer => ({
    pieces: ['one ', `${SECRET} `, 'never'],
    step: (at) => (at === 2 ? new Promise(() => undefined) : Promise.resolve()),
  });

  it('is closed by a refusal', async () => {
    const server = await serve([endless()]);
    const { error } = await streamed(
      guarded(server.model, { output: [noSecret], holdBack: { characters: 0 } }),
    );
    expect(error?.details.code).toBe('secret');
    expect(await server.closed()).toMatchObject({ whole: false });
  });

  it('is closed if the reader stops, and response() rejects with the delivered part', async () => {
    const server = await serve([endless()]);
    const stream = guarded(server.model, { output: [harmless], holdBack: { characters: 0 } }).stream(ask());
    for await (const event of stream) if (event.type === 'text-delta') break;
    expect(await server.closed()).toMatchObject({ whole: false });
    const error = await failureOf(stream.response());
    expect(error).toMatchObject({
      kind: 'aborted',
      details: { code: 'abandoned', partial: { text: 'one ' } },
    });
  });

  it('is closed by an abort between two reads, which response() reports', async () => {
    const server = await serve([endless()]);
    const controller = new AbortController();
    const stream = guarded(server.model, { output: [harmless], holdBack: { characters: 0 } }).stream(
      ask(),
      controller,
    );
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const failure = failureOf(stream.response());
    controller.abort();
    expect((await failure).kind).toBe('aborted');
    expect(await server.closed()).toMatchObject({ whole: false });
  });

  it('leaves no listener on the signal of the caller if its time ends between two reads', async () => {
    const server = await serve([endless()]);
    const { signal } = new AbortController();
    const model = guarded(server.model, { output: [harmless], holdBack: { characters: 0 } });
    const iterator = model.stream(ask(), { signal, timeouts: { totalMs: 200 } })[Symbol.asyncIterator]();
    await iterator.next();
    expect(getEventListeners(signal, 'abort')).not.toEqual([]);
    await expect.poll(() => getEventListeners(signal, 'abort')).toEqual([]);
  });
});

const streamedText = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

describe('a reset', () => {
  it('discards held text, and its error contains only delivered content', async () => {
    const server = await serve([{ pieces: ['abc', 'defgh'], isCut: true }, { pieces: ['new'] }]);
    const model = guarded(server.create({ chain: { attempts: 2, backoff: { baseMs: 0 } } }), {
      output: [forbid({ name: 'x', patterns: ['0123'] })],
      holdBack: { characters: 3 },
    });
    const { events } = await streamed(model, ask(), { afterCommit: 'restart' });
    expect(eventOrderError(events)).toBeUndefined();
    const at = events.findIndex(({ type }) => type === 'reset');
    const before = streamedText(events.slice(0, at));
    const reset = events[at] as Extract<StreamEvent, { type: 'reset' }>;
    expect(reset.error.details.partial?.text).toBe(before);
    expect(JSON.stringify(reset.error)).not.toContain('fgh');
    expect(streamedText(events.slice(at))).toBe('new');
  });
});

describe('a continuation at the next target', () => {
  it('retains held text, and its error contains only delivered content', async () => {
    const server = await serve([
      { pieces: ['Once upon a time ', 'defgh'], isCut: true },
      { pieces: ['new text'] },
    ]);
    const provider = (id: string) => createOpenAI({ id, api: 'chat', apiKey: 'test', baseURL: server.url });
    const majordomo = createMajordomo({ providers: [provider('a'), provider('b')], chain: { attempts: 1 } });
    const model = guarded(majordomo.model('a/m,b/m'), {
      output: [forbid({ name: 'x', patterns: ['0123456789'] })],
      holdBack: { characters: 3 },
    });
    const { events, text } = await streamed(model, ask(), { afterCommit: 'continue' });
    expect(eventOrderError(events)).toBeUndefined();
    const at = events.findIndex(({ type }) => type === 'continued');
    const continued = events[at] as Extract<StreamEvent, { type: 'continued' }>;
    const before = streamedText(events.slice(0, at));
    expect(text.startsWith(before)).toBe(true);
    expect(text).toContain('new text');
    expect(continued.error.details.partial?.text).toBe(before);
    expect(JSON.stringify(continued.error)).not.toContain('fgh');
  });
});

describe('arguments of a call', () => {
  it('are checked before any event of the call is delivered', async () => {
    const server = await serve([
      {
        pieces: ['Let me. '],
        calls: [
          { name: 'f', json: '{}' },
          { name: 'g', json: `{"to":"${SECRET}"}`, cuts: [4, 9] },
        ],
      },
    ]);
    const { events, error } = await streamed(guarded(server.model, { output: [noSecret] }));
    expect(error?.details.code).toBe('secret');
    const starts = events.filter((event) => event.type === 'part-start' && event.part.type === 'tool-call');
    expect(JSON.stringify(starts)).not.toContain('"g"');
  });

  it('are checked with the tool name, and without repeated members of the JSON', async () => {
    const server = await serve([{ calls: [{ name: 'f', json: `{"to":"${SECRET}","to":"b"}` }] }]);
    const subjects: unknown[] = [];
    const check: Check = { name: 'c', check: (subject) => void subjects.push(subject) };
    const { events } = await streamed(guarded(server.model, { output: [check] }));
    expect(subjects).toContainEqual({ side: 'tool-call', text: '{"to":"b"}', tool: 'f', args: { to: 'b' } });
    expect(containsSecret(events)).toBe(false);
  });
});

describe('a typed answer', () => {
  const options: GuardOptions = { output: [noSecret] };
  const output = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };

  it('is refused if its JSON contains escapes, as an object and as a stream', async () => {
    const json = '{"a": "\\u0041cme Corp"}';
    const server = await serve([{ pieces: [json] }, { pieces: [json] }]);
    const model = guarded(server.model, options);
    const error = await failureOf(model.generateObject({ ...ask(), output }));
    expect(error).toMatchObject({ kind: 'content-filter', details: { code: 'secret' } });
    const stream = model.streamObject({ ...ask(), output: output as never });
    const snapshots: unknown[] = [];
    await expect(
      (async () => {
        for await (const value of stream) snapshots.push(value);
      })(),
    ).rejects.toThrow('secret');
    expect(snapshots).toEqual([]);
  });

  it('of a plain call or stream with a schema is refused if its JSON contains escapes, at every split position', async () => {
    const json = '{"a": "\\u0041cme\\u0020Corp"}';
    const cuts = Array.from({ length: json.length - 1 }, (_, at) => ({ pieces: cutAt(json, at + 1) }));
    const server = await serve([...cuts, { pieces: [json] }]);
    const model = guarded(server.model, { ...options, holdBack: { characters: 0 } });
    for (const _ of cuts) {
      const { text, error } = await streamed(model, { ...ask(), output });
      expect(text).toBe('');
      expect(error).toMatchObject({
        kind: 'content-filter',
        details: { code: 'secret', partial: undefined },
      });
    }
    await expect(model.generate({ ...ask(), output })).rejects.toThrow('secret');
  });

  it('of a plain stream is delivered when its part ends', async () => {
    const server = await serve([{ pieces: ['{"a": ', '"x\\n"}'] }]);
    const checkedTexts: string[] = [];
    const check: Check = { name: 'c', check: ({ text }) => void checkedTexts.push(text) };
    const { text } = await streamed(guarded(server.model, { output: [check] }), { ...ask(), output });
    expect(text).toBe('{"a": "x\\n"}');
    expect(checkedTexts).toEqual(['{"a": "x\\n"}\n{"a": "x\n"}']);
  });

  it('is delivered only as its final value', async () => {
    const server = await serve([{ pieces: ['{"a": ', '"x"}'] }]);
    const stream = guarded(server.model, options).streamObject({ ...ask(), output: output as never });
    const snapshots = await readAll(stream);
    expect(snapshots).toEqual([{ a: 'x' }]);
    expect((await stream.response()).value).toEqual({ a: 'x' });
  });

  it('that does not match its schema is not quoted in the error', async () => {
    const server = await serve([{ pieces: ['{"b": "private"}'] }, { pieces: ['{"b": "private"}'] }]);
    const error = await failureOf(guarded(server.model, options).generateObject({ ...ask(), output }));
    expect(error.kind).toBe('invalid-output');
    expect(JSON.stringify(error)).not.toContain('private');
  });
});
