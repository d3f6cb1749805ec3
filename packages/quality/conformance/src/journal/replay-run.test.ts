import { describe, expect, it } from 'vitest';
import { replayRun } from './replay-run.ts';

describe('replayRun', () => {
  it('executes each effect once and passes values through JSON', async () => {
    const done: string[] = [];
    const {
      value,
      entries,
      runs: runCount,
    } = await replayRun(async (journal) => {
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
    expect([entries, runCount]).toEqual([['a', 'b', 'c'], 4]);
    expect(value).toEqual(['a', 'b', 'c'].map((name) => ({ name, bytes: new Uint8Array([1]) })));
  });

  it('supports parallel steps that end in any order', async () => {
    const done: string[] = [];
    const { value } = await replayRun((journal) =>
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

  it('rejects a name that does not follow from the state before its effect runs again', async () => {
    let random = 0;
    let executedSteps = 0;
    const run = replayRun((journal) =>
      journal
        .step(`ask ${++random}`, async () => ++executedSteps)
        .then(() => journal.step('end', async () => 0)),
    );
    await expect(run).rejects.toThrow(
      '"ask 2" ran before the stored step "ask 1"; repeat stored steps first',
    );
    expect(executedSteps).toBe(1);
  });

  it('rejects a name that two steps use', async () => {
    const run = replayRun(async (journal) => {
      for (let n = 0; n < 2; n++) await journal.step('same', async () => n);
    });
    await expect(run).rejects.toThrow('two steps of one run are named "same"');
  });

  it('rejects with the error of an effect and stores nothing', async () => {
    let tries = 0;
    const run = replayRun((journal) => journal.step('a', () => Promise.reject(new Error(`no ${++tries}`))));
    await expect(run).rejects.toThrow('no 1');
  });

  it.each([
    ['before', 0, 5],
    ['after', 5, 0],
  ])(
    'stores an effect if a parallel one fails %s it, and executes the failed one again',
    async (_, fails, succeedsAfter) => {
      const done: string[] = [];
      let tries = 0;
      const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      const { value, entries } = await replayRun((journal) =>
        Promise.allSettled([
          journal.step('well', async () => {
            await after(succeedsAfter);
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
