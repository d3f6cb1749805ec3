import { setTimeout as delay } from 'node:timers/promises';
import { jsonSchema, systemClock, user, type ChatModel, type ChatRequest } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import {
  forbid,
  guarded,
  type Check,
  type CheckContext,
  type GuardEvent,
  type Subject,
} from '../src/index.ts';
import { ask, failureOf, streamed } from './support/calls.ts';
import { chatServer } from './support/chat-server.ts';

const refuse: Check = { name: 'no', check: () => ({ deny: 'not allowed' }) };
const output = jsonSchema<{ n: number }>({ type: 'object', properties: { n: { type: 'number' } } });

const CALLS: readonly [string, (model: ChatModel) => Promise<unknown>][] = [
  ['generate', (model) => model.generate(ask())],
  [
    'stream',
    async (model) => {
      const { error } = await streamed(model);
      if (error !== undefined) throw error;
    },
  ],
  ['response() of stream', (model) => model.stream(ask()).response()],
  ['generateObject', (model) => model.generateObject({ ...ask(), output })],
  ['response() of streamObject', (model) => model.streamObject({ ...ask(), output }).response()],
];

describe('a refused input', () => {
  it.each(CALLS)('fails %s with the check and its reason, and opens no connection', async (_name, call) => {
    const server = await chatServer(() => ({ pieces: ['{"n": 1}'] }));
    const error = await failureOf(call(guarded(server.model, { input: [refuse] })));
    expect(error).toMatchObject({
      kind: 'denied',
      details: { code: 'no', attempts: [], partial: undefined },
    });
    expect(error.message).toBe('check "no" refused the input: not allowed');
    expect(server.connections()).toBe(0);
  });

  it('has the kind that the check returns', async () => {
    const server = await chatServer(() => ({}));
    const check: Check = { name: 'c', check: () => ({ deny: 'bad', kind: 'content-filter' }) };
    expect((await failureOf(guarded(server.model, { input: [check] }).generate(ask()))).kind).toBe(
      'content-filter',
    );
  });
});

describe('input checks', () => {
  it('receive the text, the call and the request, and run at the same time', async () => {
    const server = await chatServer(() => ({ pieces: ['ok'] }));
    const checkArguments: [Subject, CheckContext][] = [];
    let running = 0;
    let maxRunning = 0;
    const check = (name: string): Check => ({
      name,
      check: async (subject, context) => {
        checkArguments.push([subject, context]);
        maxRunning = Math.max(maxRunning, ++running);
        await delay(1);
        running--;
      },
    });
    const request: ChatRequest = { system: 'be kind', messages: [user('one', 'two'), user('three')] };
    const model = guarded(server.model, { input: [check('a'), check('b')] });
    await model.generate(request, { tenant: 't', metadata: { k: 1 } });
    expect(maxRunning).toBe(2);
    expect(checkArguments).toHaveLength(2);
    expect(checkArguments[0]?.[0]).toEqual({ side: 'input', text: 'be kind\n\none\n\ntwo\n\nthree' });
    expect(checkArguments[0]?.[1]).toMatchObject({
      tenant: 't',
      metadata: { k: 1 },
      spec: 'openai/gpt-test',
      request,
    });
    expect(checkArguments[0]?.[1].signal.aborted).toBe(true);
  });

  it('check a message object once per tenant, and equal text in a new object again', async () => {
    const server = await chatServer(() => ({ pieces: ['ok'] }));
    const texts: string[] = [];
    const check: Check = { name: 'c', check: ({ text }) => void texts.push(text) };
    const model = guarded(server.model, { input: [check] });
    const first = user('first');
    await model.generate({ system: 's', messages: [first] });
    await model.generate({ system: 's', messages: [first, user('second')] });
    await model.generate({ system: 's', messages: [user('first')] });
    await model.generate({ system: 's', messages: [first] }, { tenant: 'other' });
    expect(texts).toEqual(['s\n\nfirst', 'second', 'first', 's\n\nfirst']);
  });

  it('check a message again if it was refused or the check was down', async () => {
    const server = await chatServer(() => ({ pieces: ['ok'] }));
    const results: (() => ReturnType<Check['check']>)[] = [
      () => ({ deny: 'first' }),
      () => {
        throw new TypeError('oops');
      },
      () => undefined,
      () => ({ deny: 'never' }),
    ];
    const check: Check = { name: 'c', check: () => results.shift()?.() };
    const model = guarded(server.model, { input: [check], whenDown: 'allow' });
    const request = ask();
    await expect(model.generate(request)).rejects.toThrow('first');
    expect((await model.generate(request)).warnings).toEqual([
      {
        action: 'dropped',
        what: 'check "c"',
        why: 'the check is down, and whenDown is allow: the function threw TypeError',
      },
    ]);
    expect((await model.generate(request)).warnings).toEqual([]);
    await model.generate(request);
    expect(results).toHaveLength(1);
  });

  it('leave a passing call unchanged', async () => {
    const server = await chatServer(() => ({ reasoning: ['hm'], pieces: ['fi', 'ne'] }));
    const model = guarded(server.model, {
      input: [forbid({ name: 'x', patterns: ['zzz'] })],
      output: [forbid({ name: 'x', patterns: ['zzz'] })],
    });
    const [plain, checked] = [await server.model.generate(ask()), await model.generate(ask())];
    const withoutTimes = (response: typeof plain) => ({
      ...response,
      attempts: response.attempts.map((a) => ({ ...a, ms: 0 })),
    });
    expect(withoutTimes(checked)).toEqual(withoutTimes(plain));
  });
});

describe('mode block', () => {
  it('opens no connection while a check runs', async () => {
    const server = await chatServer(() => ({ pieces: ['ok'] }));
    let pass = (): void => undefined;
    const check: Check = {
      name: 'c',
      check: () =>
        new Promise<undefined>((resolve) => {
          pass = () => {
            resolve(undefined);
          };
        }),
    };
    const answer = guarded(server.model, { input: [check] }).generate(ask());
    await delay(20);
    expect(server.connections()).toBe(0);
    pass();
    expect((await answer).text).toBe('ok');
  });
});

describe('mode parallel', () => {
  const paused = () => {
    let decide = (_result: { deny: string } | undefined): void => undefined;
    const result = new Promise<{ deny: string } | undefined>((resolve) => {
      decide = resolve;
    });
    return {
      check: { name: 'c', check: () => result } satisfies Check,
      decide: (value?: { deny: string }) => {
        decide(value);
      },
    };
  };
  const forever = () => new Promise<void>(() => undefined);

  it.each(['generate', 'stream'] as const)(
    '%s sends the request immediately, and a refusal closes the socket',
    async (method) => {
      const server = await chatServer(() => ({
        pieces: ['a', 'b'],
        step: (at) => (at === 1 ? forever() : Promise.resolve()),
      }));
      const { check, decide } = paused();
      const model = guarded(server.model, { input: [check], mode: 'parallel' });
      const call = method === 'generate' ? model.generate(ask()) : model.stream(ask()).response();
      const failure = failureOf(call);
      await server.arrived();
      decide({ deny: 'late' });
      expect(await server.closed()).toMatchObject({ whole: false });
      const error = await failure;
      expect(error).toMatchObject({ kind: 'denied', details: { code: 'c', partial: undefined } });
      expect(error.details.attempts).toHaveLength(1);
    },
  );

  it('delivers no event before the checks pass, and everything afterwards', async () => {
    const server = await chatServer(() => ({ pieces: ['a', 'b'] }));
    const { check, decide } = paused();
    const stream = guarded(server.model, { input: [check], mode: 'parallel' }).stream(ask());
    const events: string[] = [];
    const reading = (async () => {
      for await (const event of stream) events.push(event.type);
    })();
    expect(await server.closed()).toMatchObject({ whole: true });
    await delay(20);
    expect(events).toEqual([]);
    decide();
    await reading;
    expect((await stream.response()).text).toBe('ab');
    expect(events.at(0)).toBe('start');
  });

  it('reports a refusal before an error of the model, with the paid attempts', async () => {
    const server = await chatServer(() => ({ status: 400 }));
    const { check, decide } = paused();
    const failure = failureOf(guarded(server.model, { input: [check], mode: 'parallel' }).generate(ask()));
    await server.closed();
    decide({ deny: 'late' });
    expect(await failure).toMatchObject({
      kind: 'denied',
      details: { code: 'c', attempts: [{ outcome: expect.any(String) }] },
    });
  });
});

describe('a check that is down', () => {
  const never = { name: 'c', check: () => new Promise<undefined>(() => undefined) };
  const DOWN: readonly [string, Check['check']][] = [
    [
      'throws',
      () => {
        throw new RangeError('secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    ['returns false', (() => false) as unknown as Check['check']],
    ['returns null', (() => null) as unknown as Check['check']],
    ['returns an unknown kind', (() => ({ deny: 'x', kind: 'soft' })) as unknown as Check['check']],
  ];
  it.each(DOWN)(
    'because it %s denies the call, and the error does not contain the text of the failure',
    async (_name, check) => {
      const server = await chatServer(() => ({}));
      const error = await failureOf(guarded(server.model, { input: [{ name: 'c', check }] }).generate(ask()));
      expect(error).toMatchObject({ kind: 'denied', details: { code: 'c' } });
      expect(error.message).toContain('is down');
      expect(JSON.stringify(error) + String(error.cause)).not.toContain('secret');
      expect(server.connections()).toBe(0);
    },
  );

  it('denies after timeoutMs, and aborts the signal of the check', async () => {
    const server = await chatServer(() => ({}));
    const clock = fakeClock();
    let signal: AbortSignal | undefined;
    const check: Check = {
      name: 'c',
      check: (_, context) => {
        ({ signal } = context);
        return never.check();
      },
    };
    const failure = failureOf(
      guarded(server.model, { input: [check], timeoutMs: 500, clock }).generate(ask()),
    );
    await clock.advance(600);
    expect((await failure).message).toContain('no answer within 500 ms');
    expect(signal?.aborted).toBe(true);
  });

  it('uses its whenDown instead of that of the model', async () => {
    const server = await chatServer(() => ({ pieces: ['ok'] }));
    const broken: Check = { name: 'c', whenDown: 'allow', check: () => Promise.reject(new Error('x')) };
    const allowed = await guarded(server.model, { input: [broken], output: [broken] }).generate(ask());
    expect(allowed).toMatchObject({ text: 'ok', warnings: [{ what: 'check "c"' }] });
    const strict = guarded(server.model, { input: [{ ...broken, whenDown: 'deny' }], whenDown: 'allow' });
    await expect(strict.generate(ask())).rejects.toThrow('is down');
  });

  it('ends as aborted if the caller aborts, during a check and during an answer', async () => {
    const server = await chatServer(() => ({
      pieces: ['a'],
      step: () => new Promise<void>(() => undefined),
    }));
    const controller = new AbortController();
    const checking = failureOf(
      guarded(server.model, { input: [never] }).generate(ask(), { signal: controller.signal }),
    );
    const stream = failureOf(
      guarded(server.model, { input: [never] })
        .stream(ask(), { signal: controller.signal })
        .response(),
    );
    const answering = failureOf(
      guarded(server.model, { output: [never] })
        .stream(ask(), { signal: controller.signal })
        .response(),
    );
    await server.arrived();
    controller.abort(new Error('stop'));
    for (const failure of [checking, stream, answering]) expect((await failure).kind).toBe('aborted');
    const early = guarded(server.model, { input: [refuse] }).generate(ask(), { signal: AbortSignal.abort() });
    expect((await failureOf(early)).kind).toBe('aborted');
  });
});

describe('events', () => {
  it('report each action without text, and an observer that throws changes nothing', async () => {
    const server = await chatServer(() => ({ pieces: ['answer'] }));
    const events: GuardEvent[] = [];
    const onEvent = (event: GuardEvent): void => {
      events.push(event);
      throw new Error('observer');
    };
    const model = guarded(server.model, {
      input: [forbid({ name: 'f', patterns: ['zzz'] })],
      output: [forbid({ name: 'o', patterns: ['answer'], kind: 'content-filter' })],
      mask: {},
      onEvent,
    });
    await failureOf(model.generate(ask('private text of a@example.com'), { tenant: 't' }));
    const common = { ms: expect.any(Number), spec: 'openai/gpt-test', tenant: 't' };
    expect(events).toEqual([
      { type: 'passed', rule: 'f', side: 'input', ...common },
      { type: 'masked', rule: 'mask', side: 'input', counts: { EMAIL: 1 }, ...common },
      {
        type: 'refused',
        rule: 'o',
        side: 'output',
        kind: 'content-filter',
        reason: 'the text contains a forbidden phrase',
        ...common,
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/private|example|answer/);
  });
});

describe('options', () => {
  const model = {
    spec: 'm',
    generate: () => 0,
    stream: () => 0,
    generateObject: () => 0,
    streamObject: () => 0,
  } as unknown as ChatModel;
  const check = { name: 'c', check: () => undefined };
  it.each<[string, object, string]>([
    ['an unknown name', { outputs: [] }, 'outputs is not an option; did you mean "output"?'],
    ['a name that resembles none', { filters: [] }, 'filters is not an option; the options are'],
    ['a mode', { mode: 'blok' }, 'mode must be one of block, parallel'],
    ['whenDown', { whenDown: 'ignore' }, 'whenDown must be one of deny, allow'],
    ['checks that are not an array', { input: check }, 'input must be an array'],
    ['a check without a name', { output: [{ check: check.check }] }, 'output[0].name is missing'],
    ['a check without a function', { output: [{ name: 'c' }] }, 'output[0].check is missing'],
    ['a long name', { input: [{ ...check, name: 'x'.repeat(61) }] }, 'name must have 1 to 60 characters'],
    ['a negative timeout', { timeoutMs: -1 }, 'timeoutMs must be a number of 0 or more'],
    [
      'an infinite timeout',
      { timeoutMs: Infinity },
      'timeoutMs must be a finite number of 0 or more, not Infinity',
    ],
    ['a negative hold-back', { holdBack: { ms: -1 } }, 'holdBack.ms must be a number'],
    ['NaN', { holdBack: { characters: NaN } }, 'holdBack.characters must be a number'],
    [
      'a label',
      { mask: { rules: [{ label: 'e-mail', pattern: /x/ }] } },
      'label must be 1 to 30 capital letters',
    ],
    ['a rule without a pattern', { mask: { rules: [{ label: 'A' }] } }, 'pattern is missing'],
    [
      'an infinite span',
      { output: [{ ...check, span: Infinity }] },
      'span must be a finite number of 1 or more, not Infinity',
    ],
  ])('reject %s', (_name, options, message) => {
    expect(() => guarded(model, options as never)).toThrow(message);
    expect(() => guarded(model, options as never)).toThrow(expect.objectContaining({ kind: 'config' }));
  });

  it('reject a model that is not a ChatModel', () => {
    expect(() => guarded({ spec: 'x' } as never, {})).toThrow(
      'guarded: model must be an object with generate',
    );
  });

  it('accept a clock', () => {
    expect(() => guarded(model, { clock: systemClock })).not.toThrow();
  });
});

it('an invalid request fails before its checks', async () => {
  const server = await chatServer(() => ({}));
  const model = guarded(server.model, { input: [refuse], mask: {} });
  const error = await failureOf(model.generate({ messages: 'hi' as never }));
  expect(error.kind).toBe('invalid-request');
});
