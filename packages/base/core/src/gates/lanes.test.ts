import { describe, expect, it } from 'vitest';
import { settled } from '../../test/support/manual-clock.ts';
import type { AttemptInfo, Permit } from '../types/gate.ts';
import type { Attempt } from '../types/llm-error.ts';
import { lanes } from './lanes.ts';

const outcome: Attempt = { target: 'a/x', outcome: 'finished', error: undefined, usage: undefined, ms: 5 };

/** Returns functions that enter attempts into lanes and remove them, and the names of the admitted attempts. */
function setUp(limits: { readonly [prefix: string]: number }) {
  const gate = lanes(limits);
  const admitted: string[] = [];
  const permits = new Map<string, Permit>();
  const enter = (name: string, target: string, signal = new AbortController().signal, isLapsed = false) => {
    const attempt = { target, signal, isLapsed } as AttemptInfo;
    const entered = Promise.resolve(gate.admit(attempt)).then((permit) => {
      admitted.push(name);
      if (permit !== undefined && 'settle' in permit) permits.set(name, permit);
    });
    return entered;
  };
  const leave = async (name: string): Promise<void> => {
    await permits.get(name)?.settle(outcome);
    await settled();
  };
  return { gate, admitted, permits, enter, leave };
}

describe('lanes', () => {
  it('admit attempts up to the limit, and the others in order', async () => {
    const { gate, enter, leave, admitted } = setUp({ 'a/': 2 });
    expect(gate.name).toBe('lanes');
    for (const name of ['1', '2', '3', '4']) void enter(name, 'a/x');
    await settled();
    expect(admitted).toEqual(['1', '2']);
    await leave('2');
    expect(admitted).toEqual(['1', '2', '3']);
    await leave('1');
    expect(admitted).toEqual(['1', '2', '3', '4']);
  });

  it('release a place once, even if its permit is settled repeatedly', async () => {
    const { enter, leave, admitted } = setUp({ 'a/': 1 });
    for (const name of ['1', '2', '3']) void enter(name, 'a/x');
    await settled();
    await leave('1');
    await leave('1');
    expect(admitted).toEqual(['1', '2']);
  });

  it('apply the longest prefix, and do not limit other targets', async () => {
    const { enter, admitted, permits } = setUp({ 'a/': 0, 'a/xy': 1, 'a/x': 0 });
    void enter('wide', 'a/xyz');
    void enter('shut', 'a/xz');
    void enter('shut too', 'a/y');
    void enter('free', 'b/y');
    await settled();
    expect([new Set(admitted), [...permits.keys()]]).toEqual([new Set(['wide', 'free']), ['wide']]);
  });

  it('remove a waiting attempt on an abort', async () => {
    const { enter, leave, admitted } = setUp({ 'a/': 1 });
    const controller = new AbortController();
    void enter('1', 'a/x');
    const second = enter('2', 'a/x', controller.signal);
    void enter('3', 'a/x');
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await leave('1');
    expect(admitted).toEqual(['1', '3']);
  });

  it('reject an aborted attempt even if a place is free', async () => {
    await expect(
      setUp({ 'a/': 1 }).gate.admit({
        target: 'a/x',
        signal: AbortSignal.abort(new Error('enough')),
      } as AttemptInfo),
    ).rejects.toThrow('enough');
  });

  it.each([
    ['many', 'a string'],
    [null, 'null'],
    [undefined, 'null'],
    [NaN, 'NaN'],
    [-1, '-1'],
  ])('reject a limit of %j', (limit, actual) => {
    expect(() => lanes({ 'a/': limit as number })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: `lanes["a/"] must be a number of 0 or more, not ${actual}`,
        details: expect.objectContaining({ path: 'lanes["a/"]' }) as object,
      }),
    );
  });

  it('remove the abort listener of an admitted attempt', async () => {
    const { enter, leave, admitted } = setUp({ 'a/': 1 });
    const controller = new AbortController();
    void enter('1', 'a/x');
    const second = enter('2', 'a/x', controller.signal);
    void enter('3', 'a/x');
    await settled();
    await leave('1');
    await second;
    controller.abort();
    await leave('2');
    expect(admitted).toEqual(['1', '2', '3']);
  });

  it('remove lapsed attempts when another one arrives', async () => {
    const { enter, admitted, leave } = setUp({ 'a/': 2 });
    const { signal } = new AbortController();
    void enter('alive', 'a/x');
    void enter('dead', 'a/x', signal, true);
    await settled();
    void enter('next', 'a/x');
    void enter('dead too', 'a/x', signal, true);
    void enter('last', 'a/x');
    await settled();
    expect(admitted).toEqual(['alive', 'dead', 'next']);
    await leave('alive');
    expect(admitted).toEqual(['alive', 'dead', 'next', 'last']);
  });

  it('assign free places to the attempts that wait longest', async () => {
    const { gate, enter, admitted } = setUp({ 'a/': 1 });
    const { signal } = new AbortController();
    const holder = { target: 'a/x', signal, isLapsed: false };
    void gate.admit(holder as AttemptInfo);
    void enter('first', 'a/x');
    await settled();
    holder.isLapsed = true;
    void enter('second', 'a/x');
    await settled();
    expect(admitted).toEqual(['first']);
  });
});
