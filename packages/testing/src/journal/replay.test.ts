import { describe, expect, it } from 'vitest';
import { replay } from './replay.ts';

describe('replay', () => {
  it('runs each effect once, whatever is thrown away, and gives values by way of JSON', async () => {
    const done: string[] = [];
    const { value, entries, runs } = await replay(async (journal) => {
      const sum: unknown[] = [];
      for (const name of ['a', 'b', 'c']) {
        sum.push(
          await journal.step(name, async () => {
            done.push(name);
            return { name, bytes: new Uint8Array([1]), gone: undefined };
          }),
        );
      }
      return sum;
    });
    expect(done).toEqual(['a', 'b', 'c']);
    expect([entries, runs]).toEqual([['a', 'b', 'c'], 4]);
    expect(value).toEqual(['a', 'b', 'c'].map((name) => ({ name, bytes: new Uint8Array([1]) })));
  });

  it('takes steps that run side by side, in whatever order they end', async () => {
    const done: string[] = [];
    const { value } = await replay((journal) =>
      Promise.all([
        journal.step('slow', async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          done.push('slow');
          return 1;
        }),
        journal.step('fast', async () => {
          done.push('fast');
          return undefined;
        }),
      ]),
    );
    expect(value).toEqual([1, undefined]);
    expect(done).toEqual(['fast', 'slow']);
  });

  it('catches a name that does not follow from the state, before its effect runs again', async () => {
    let random = 0;
    let ran = 0;
    const driven = replay((journal) =>
      journal.step(`ask ${++random}`, async () => ++ran).then(() => journal.step('end', async () => 0)),
    );
    await expect(driven).rejects.toThrow('the run asked for "ask 2" where its journal has "ask 1"');
    expect(ran).toBe(1);
  });

  it('catches one name for two steps', async () => {
    const driven = replay(async (journal) => {
      for (let n = 0; n < 2; n++) await journal.step('same', async () => n);
    });
    await expect(driven).rejects.toThrow('two steps of one run are named "same"');
  });

  it('passes on what an effect throws, and writes nothing', async () => {
    let tries = 0;
    const driven = replay((journal) => journal.step('a', () => Promise.reject(new Error(`no ${++tries}`))));
    await expect(driven).rejects.toThrow('no 1');
  });

  it.each([
    ['before', 0, 5],
    ['after', 5, 0],
  ])(
    'keeps what was done beside an effect that fails %s it, and tries that one again',
    async (_, fails, does) => {
      const done: string[] = [];
      let tries = 0;
      const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      const { value, entries } = await replay((journal) =>
        Promise.allSettled([
          journal.step('well', async () => {
            await after(does);
            return done.push('well');
          }),
          journal.step('badly', async () => {
            await after(fails);
            if (++tries < 2) throw new Error('no');
            return tries;
          }),
        ]),
      );
      expect([done, tries, entries.toSorted()]).toEqual([['well'], 2, ['badly', 'well']]);
      expect(value).toEqual([
        { status: 'fulfilled', value: 1 },
        { status: 'fulfilled', value: 2 },
      ]);
    },
  );
});
