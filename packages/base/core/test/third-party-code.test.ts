import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  LlmError,
  type ErrorKind,
  type Model,
  type ModelEvent,
  type Provider,
  type Recovery,
  type Resolver,
} from '../src/index.ts';
import { textEvents } from './support/chat-provider.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { hi, world } from './support/world.ts';

const EVENTS = textEvents('a/x', 'ok');

/** Returns a majordomo with a provider `a` of the given model and a valid provider `b`. */
function withBackup(model: Partial<Model> | (() => Model)): ReturnType<typeof createMajordomo> {
  const validModel: Model = {
    id: 'x',
    families: [],
    capabilities: {},
    async *stream() {
      await settled();
      yield EVENTS;
    },
  };
  const provider = (id: string, createModel: () => Model): Provider => ({ spi: 1, id, model: createModel });
  const invalidModel = typeof model === 'function' ? model : () => ({ ...validModel, ...model });
  return createMajordomo({
    providers: [provider('a', invalidModel), provider('b', () => validModel)],
    chain: { attempts: 1 },
    random: () => 0,
  });
}

const answeringTarget = async (majordomo: ReturnType<typeof createMajordomo>): Promise<string> =>
  (await majordomo.model('a/x,b/y').generate(hi)).target;

const withMessage = (message: unknown): Error =>
  Object.defineProperty(new Error(), 'message', { value: message });

describe('an error of any type from a provider', () => {
  it.each<[string, unknown]>([
    ['an error whose message is a number', withMessage(7)],
    ['an object without a prototype', Object.create(null)],
    ['nothing', undefined],
    ['a function', () => 'odd'],
    ['an LlmError of an unknown kind', new LlmError('constructor' as ErrorKind, 'odd')],
  ])('advances to the next target: %s', async (_name, thrown) => {
    const majordomo = withBackup({
      stream: () => {
        throw thrown;
      },
    });
    expect(await answeringTarget(majordomo)).toBe('b/y');
    expect(LlmError.is(await failure(majordomo.model('a/x').generate(hi)))).toBe(true);
  });

  it.each<[string, Partial<Model> | (() => Model)]>([
    [
      'model()',
      () => {
        throw new Error('no such model');
      },
    ],
    [
      'whole()',
      {
        isNonStreaming: () => {
          throw new Error('whole?');
        },
      },
    ],
  ])('advances and leaves no attempt open: %s', async (_name, model) => {
    const { attempts } = await withBackup(model).model('a/x,b/y').generate(hi);
    expect(attempts.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
      'a/x skipped',
      'b/y finished',
    ]);
  });

  it('a recovery that throws is ignored', async () => {
    const recover: Recovery = {
      id: 'odd',
      what: 'nothing',
      apply: () => {
        throw new Error('cannot');
      },
    };
    const { majordomo, requestCounts } = world({
      'a/x': [{ fail: 'unsupported', details: { recover } }],
      'b/y': ['ok'],
    });
    expect((await majordomo.model('a/x,b/y').generate(hi)).target).toBe('b/y');
    expect(requestCounts.get('a/x')).toBe(1);
  });
});

describe('a manually written iterator', () => {
  const steps = (rest: object): Partial<Model> => ({
    stream: () => {
      let at = 0;
      const next = (): IteratorResult<readonly ModelEvent[]> =>
        at++ === 0 ? { done: false, value: EVENTS } : { done: true, value: undefined };
      return { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(next()), ...rest }) };
    },
  });

  it.each<[string, object]>([
    ['returns at once', { return: () => ({ done: true, value: undefined }) }],
    [
      'throws from return',
      {
        return: () => {
          throw new Error('odd');
        },
      },
    ],
    ['rejects from return', { return: () => Promise.reject(new Error('odd')) }],
    ['has no return', {}],
    ['answers next at once', { next: () => ({ done: false, value: EVENTS }) }],
  ])('returns its answer although it %s', async (_name, rest) => {
    expect((await withBackup(steps(rest)).model('a/x').generate(hi)).text).toBe('ok');
  });

  it('must not use an index that is too large', async () => {
    const majordomo = withBackup({
      async *stream() {
        await settled();
        yield { type: 'text-delta', index: 3e8, text: 'x' };
      },
    });
    const error = await failure(majordomo.model('a/x').generate(hi));
    expect([error.kind, error.message]).toEqual([
      'protocol',
      'a/x sent the part index 300000000; it must be an integer from 0 to 99999',
    ]);
  });
});

describe('a resolver', () => {
  const resolverError = (resolver: unknown): Promise<LlmError> =>
    failure(
      world({ 'a/x': ['a'] }, { resolvers: [resolver as Resolver] })
        .majordomo.model('fast')
        .generate(hi),
    );

  it.each<[string, unknown]>([
    ['null', () => null],
    ['null, later', () => Promise.resolve(null)],
    ['undefined', () => undefined],
  ])('that returns %s does not know the name', async (_name, resolver) => {
    expect((await resolverError(resolver)).details.code).toBe('unknown-name');
  });

  it('that returns an invalid spec causes a config error', async () => {
    expect((await resolverError(() => 7)).message).toBe(
      'the resolver\'s answer to "fast" must be a spec string or { spec, with }',
    );
  });
});

it('a gate that returns null permits the attempt', async () => {
  const gates = [{ name: 'db', admit: () => null as unknown as undefined }];
  expect(
    (
      await world({ 'a/x': ['a'] }, { gates })
        .majordomo.model('a/x')
        .generate(hi)
    ).text,
  ).toBe('a');
});
