import { describe, expect, it } from 'vitest';
import { jsonSchema, LlmError, type ChainOptions, type TargetOrder } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { hi, world } from './support/world.ts';

const SPEC = 'a/x,b/y,c/z';
const setUp = (order: TargetOrder | undefined, chain: ChainOptions = {}) =>
  world({ 'a/x': ['a'], 'b/y': ['b'], 'c/z': ['c'] }, { chain: { ...chain, order } });

describe('chain.order', () => {
  it('puts the named targets first, and the others in the order of the chain', async () => {
    const { majordomo, events } = setUp(() => ['c/z', 'unknown/model', 'c/z']);
    expect((await majordomo.model(SPEC).generate(hi)).target).toBe('c/z');
    expect(events.find(({ type }) => type === 'call-start')).toMatchObject({
      targets: ['c/z', 'a/x', 'b/y'],
    });
  });

  it('receives the targets, the call and the request', async () => {
    const calls: Parameters<TargetOrder>[] = [];
    const { majordomo } = setUp((...orderArguments) => {
      calls.push(orderArguments);
      return undefined;
    });
    expect((await majordomo.model(SPEC).generate(hi, { tenant: 'eu' })).target).toBe('a/x');
    expect(calls).toHaveLength(1);
    const [targets, context] = calls[0]!;
    expect(targets.map(({ target, model }) => `${target} ${model}`)).toEqual(['a/x x', 'b/y y', 'c/z z']);
    expect(context).toMatchObject({ call: { tenant: 'eu' }, request: hi });
  });

  it('of a call overrides that of the majordomo', async () => {
    const { majordomo } = setUp(() => ['c/z']);
    const order = (): Promise<string[]> => Promise.resolve(['b/y']);
    expect((await majordomo.model(SPEC).generate(hi, { order })).target).toBe('b/y');
  });

  it.each<[string, TargetOrder]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['names unknown targets', () => ['d/w', '']],
    ['does not return an array', () => 7 as never],
  ])('that %s changes nothing', async (_name, order) => {
    expect((await setUp(order).majordomo.model(SPEC).generate(hi)).target).toBe('a/x');
  });

  it('that takes longer than 250 ms changes nothing and is aborted', async () => {
    let signal: AbortSignal | undefined;
    const { majordomo, clock } = setUp((_targets, context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    });
    const response = majordomo.model(SPEC).generate(hi);
    await clock.advance(249);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect((await response).target).toBe('a/x');
    expect(clock.pending()).toBe(0);
  });

  it('does not delay an abort', async () => {
    const { majordomo } = setUp(() => new Promise(() => undefined));
    const controller = new AbortController();
    const failed = failure(majordomo.model(SPEC).generate(hi, { signal: controller.signal }));
    await settled();
    controller.abort();
    expect((await failed).kind).toBe('aborted');
  });

  it('is not called for a single target or a failover', async () => {
    let count = 0;
    const order: TargetOrder = () => {
      count++;
      return undefined;
    };
    const { majordomo } = world(
      { 'a/x': [{ fail: 'server' }], 'b/y': ['b'] },
      { chain: { order, attempts: 1 } },
    );
    await majordomo.model('b/y').generate(hi);
    expect(count).toBe(0);
    expect((await majordomo.model('a/x,b/y').generate(hi)).target).toBe('b/y');
    expect(count).toBe(1);
  });

  it('is called once for all rounds of a typed call', async () => {
    let count = 0;
    const order: TargetOrder = () => (count++ === 0 ? ['c/z', 'b/y'] : ['a/x']);
    const scripts = { 'a/x': ['{"n":1}'], 'b/y': ['{"n":2}'], 'c/z': ['odd', 'odd'] };
    const { majordomo } = world(scripts, { chain: { order } });
    const output = jsonSchema<{ n: number }>({
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
    });
    const policy = { 'invalid-output': { advance: true } };
    const { value, target } = await majordomo.model(SPEC).generateObject({ ...hi, output }, { policy });
    expect({ value, target, count }).toEqual({ value: { n: 2 }, target: 'b/y', count: 1 });
  });

  it('that is not a function is a config error', () => {
    expect(() => setUp('fastest' as never)).toThrow(LlmError);
  });
});
