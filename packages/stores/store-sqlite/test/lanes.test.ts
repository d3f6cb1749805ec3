import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

describe('lanes over two connections', () => {
  it('admit their maximum, and the next attempt when one has ended', async () => {
    const clock = fakeClock();
    const path = at('lanes.db');
    let [running, mostParallel] = [0, 0];
    const turn = () => {
      mostParallel = Math.max(mostParallel, ++running);
      return { text: 'yes', delayMs: 1000 };
    };
    const models = { x: Array.from({ length: 5 }, () => turn) };
    const processModels = [1, 2].map(() => {
      const gate = sqliteStores(path, { clock }).lanes({ name: 'gpu', most: 3, each: 'provider' });
      const provider = fakeProvider({ id: 'a', models, clock });
      return createMajordomo({ providers: [provider], gates: [gate], clock });
    });
    const calls = [0, 1, 0, 1, 0, 1, 0, 1].map(async (side) => {
      await processModels[side]!.model('a/x').generate({ messages: [user('hi')] });
      running--;
    });
    await clock.advance(10_000);
    await Promise.all(calls);
    expect(mostParallel).toBe(3);
  });

  it('stop waiting when the call is aborted', async () => {
    const clock = fakeClock();
    const gate = sqliteStores(at('abort.db'), { clock }).lanes({ name: 'one', most: 1 });
    const provider = fakeProvider({ id: 'a', models: { x: [{ hang: true }, 'yes'] }, clock });
    const model = createMajordomo({ providers: [provider], gates: [gate], clock }).model('a/x');
    const first = new AbortController();
    const second = new AbortController();
    const calls = [first, second].map(({ signal }) =>
      model.generate({ messages: [user('hi')] }, { signal }).then(
        () => 'answered',
        (error: unknown) => (error as { kind: string }).kind,
      ),
    );
    await clock.advance(2000);
    second.abort();
    await clock.advance(1000);
    expect(await calls[1]).toBe('aborted');
    first.abort();
    expect(await calls[0]).toBe('aborted');
    const third = model.generate({ messages: [user('hi')] });
    await clock.advance(1000);
    expect((await third).text).toBe('yes');
  });

  it.each([
    [{ name: '', most: 1 }, 'name'],
    [{ name: 'a', most: 0 }, 'most'],
    [{ name: 'a', most: 1.5 }, 'most'],
    [{ name: 'a', most: 1, each: 'tenant' as never }, 'each'],
    [{ name: 'a', most: 1, leaseMs: 0 }, 'leaseMs'],
  ])('reject %j with the name of the field', (options, path) => {
    const stores = sqliteStores(':memory:');
    expect(() => stores.lanes(options)).toThrow(
      expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
    );
  });
});
