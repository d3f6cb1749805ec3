import { assistant, file, image, user, type ChatRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { isSimpleTurn, type Turn } from '../src/index.ts';
import { failureOf, hi, setUpRouter } from './support/fixture.ts';

const turnOf = (request: ChatRequest | undefined): Turn => ({
  request,
  call: undefined,
  signal: new AbortController().signal,
});
const requestOf = (text: string): ChatRequest => ({ messages: [user(text)] });
const bytes = new Uint8Array([137, 80, 78, 71]);
const call = { type: 'tool-call', id: '1', name: 'look', args: {} } as const;
const result = { type: 'tool-result', callId: '1', name: 'look', content: [] } as const;

describe('a turn', () => {
  it.each<[string, ChatRequest, boolean]>([
    ['a greeting', requestOf('hi'), true],
    ['thanks', requestOf('Thank you so much, have a nice evening!'), true],
    ['a fact', requestOf('What is the capital of Portugal?'), true],
    ['an opinion', requestOf('Which of these two names do you like better, Mia or Lea?'), true],
    ['yes', requestOf('yes please'), true],
    ['two lines', requestOf('Good morning!\nHow are you?'), true],
    ['space around it', requestOf('\n\n  hello  \n\n'), true],
    ['German', requestOf('Guten Morgen, wie geht es dir heute?'), true],
    ['French', requestOf('Bonjour, comment vas-tu ?'), true],
    ['Spanish', requestOf('¿Qué hora es en Madrid?'), true],
    ['Chinese', requestOf('你好，你今天怎么样？'), true],
    [
      'the last message of a long conversation',
      { messages: [user('debug this'), assistant('done'), user('thanks!')] },
      true,
    ],
    ['a request with an empty list of tools', { ...requestOf('good night'), tools: [] }, true],
    ['a word within another', requestOf('My contest entry won!'), true],
    ['a task: debug', requestOf('debug this please'), false],
    ['a task: an error', requestOf('I get an error here'), false],
    ['a task in capitals', requestOf('WRITE A POEM'), false],
    ['a task: tests', requestOf('run the tests'), false],
    ['a task in German', requestOf('Schreibe mir ein Gedicht'), false],
    ['a task in French', requestOf('Traduis cette phrase'), false],
    ['a task in Spanish', requestOf('Escribe una carta'), false],
    ['code', requestOf('what does `ls` do'), false],
    ['an address', requestOf('look at https://example.com'), false],
    ['an address without a scheme', requestOf('look at www.example.com'), false],
    ['three lines', requestOf('one\ntwo\nthree'), false],
    ['28 words', requestOf('so '.repeat(28)), true],
    ['more than 28 words', requestOf('so '.repeat(29)), false],
    ['160 characters', requestOf(`hm${'m'.repeat(158)}`), true],
    ['161 characters', requestOf(`hm${'m'.repeat(159)}`), false],
    ['160 characters with space around them', requestOf(` hm${'m'.repeat(158)}\n`), true],
    ['two parts', { messages: [user('Good morning!', 'How are you?')] }, true],
    ['three parts', { messages: [user('one', 'two', 'three')] }, false],
    ['an image', { messages: [user('nice, no?', image(bytes, 'image/png'))] }, false],
    ['a document', { messages: [user('nice, no?', file(bytes, 'application/pdf'))] }, false],
    ['blank text', requestOf('  '), false],
    [
      'the result of a tool',
      { messages: [user('hi'), assistant([call]), { role: 'tool', parts: [result] }] },
      false,
    ],
    ['a request with a schema', { ...requestOf('hi'), output: { type: 'object' } }, false],
    ['no message', { messages: [] }, false],
  ])('of %s: simple is %o', (_, request, expected) => {
    expect(isSimpleTurn(turnOf(request))).toBe(expected);
  });

  it('without a request is not simple', () => {
    expect(isSimpleTurn(turnOf(undefined))).toBe(false);
  });

  it('of a megabyte is judged in linear time', () => {
    const cpuBefore = process.cpuUsage();
    expect(isSimpleTurn(turnOf(requestOf('a '.repeat(500_000))))).toBe(false);
    expect(isSimpleTurn(turnOf(requestOf('\n'.repeat(1_000_000))))).toBe(false);
    expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(500);
  });
});

describe('simple turns', () => {
  const targets = { 'cheap/x': {}, 'dear/x': {}, 'own/x': {} };
  const use = 'cheap/x';
  const complexRequest = { messages: [user('debug this')] };

  it('go to the preset without the option simpleTurns', async () => {
    const { majordomo } = setUpRouter(targets, { best: 'dear/x' });
    expect((await majordomo.model('best').generate(hi)).target).toBe('dear/x');
  });

  it('go to the cheap target first, and then to the targets of the preset', async () => {
    const { majordomo, router } = setUpRouter(targets, { best: 'dear/x' }, { simpleTurns: { use } });
    const model = majordomo.model('best');
    expect((await model.generate(hi)).target).toBe('cheap/x');
    expect((await model.generate(complexRequest)).target).toBe('dear/x');
    expect(await router.plan('best', majordomo, { request: hi })).toMatchObject({
      chain: 'cheap/x,dear/x',
      reason: 'simple-turn',
    });
    majordomo.health.bench('cheap/x', 1000);
    expect((await model.generate(hi)).target).toBe('dear/x');
  });

  it('use the settings of the preset', async () => {
    const { majordomo, providers } = setUpRouter(
      targets,
      { best: { spec: 'dear/x', with: { seed: 7 } } },
      { simpleTurns: { use } },
    );
    await majordomo.model('best').generate(hi);
    expect(providers[0]?.requests[0]?.request.seed).toBe(7);
  });

  it('are judged only for the name in the spec of the caller', async () => {
    let callCount = 0;
    const is = () => (callCount++, true);
    const { majordomo } = setUpRouter(
      targets,
      { best: 'inner,own/x', inner: 'dear/x' },
      { simpleTurns: { use, is } },
    );
    const [...targetsOf] = await majordomo.resolve('best', { request: hi });
    expect([targetsOf.map(({ target }) => target), callCount]).toEqual([['cheap/x', 'dear/x', 'own/x'], 1]);
  });

  it('can be judged by the application', async () => {
    const is = ({ call }: Turn) => call?.tenant === 'free';
    const { majordomo } = setUpRouter(targets, { best: 'dear/x' }, { simpleTurns: { use, is } });
    const model = majordomo.model('best');
    expect((await model.generate(complexRequest, { tenant: 'free' })).target).toBe('cheap/x');
    expect((await model.generate(hi)).target).toBe('dear/x');
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no idea');
      },
      /no idea/,
    ],
    ['returns a promise', () => Promise.resolve(false), /must synchronously return type boolean, not object/],
    ['returns a number', () => 1, /simpleTurns.is: must synchronously return type boolean, not number/],
  ])('reject the call if `is` %s', async (_, is, message) => {
    const { majordomo } = setUpRouter(
      targets,
      { best: 'dear/x' },
      { simpleTurns: { use, is: is as () => boolean } },
    );
    const error = await failureOf(majordomo.model('best').generate(hi));
    expect([error.name, error.message]).toEqual(['LlmError', expect.stringMatching(message)]);
  });

  it('that go to a preset do not change that preset', async () => {
    const { majordomo } = setUpRouter(
      targets,
      { small: 'cheap/x', best: 'dear/x' },
      { simpleTurns: { use: 'small' } },
    );
    const resolve = async (name: string) =>
      (await majordomo.resolve(name, { request: hi })).map(({ target }) => target).join();
    expect([await resolve('small'), await resolve('best')]).toEqual(['cheap/x', 'cheap/x,dear/x']);
  });

  it('do not apply if one of several targets for them leads to the name', async () => {
    const { majordomo } = setUpRouter(
      targets,
      { small: 'cheap/x', best: 'dear/x' },
      { simpleTurns: { use: 'own/x,small' } },
    );
    const resolved = await majordomo.resolve('small', { request: hi });
    expect(resolved.map(({ target }) => target)).toEqual(['cheap/x']);
  });

  it('do not apply if the caller overrides the preset with itself', async () => {
    const { majordomo } = setUpRouter(targets, { best: 'dear/x' }, { simpleTurns: { use } });
    const { target } = await majordomo.model('best').generate(hi, { metadata: { model: 'best' } });
    expect(target).toBe('dear/x');
  });

  it('do not apply to a rule that returns undefined', async () => {
    const { majordomo } = setUpRouter(targets, { best: () => undefined }, { simpleTurns: { use } });
    expect((await failureOf(majordomo.model('best').generate(hi))).details.code).toBe('unknown-name');
  });
});
