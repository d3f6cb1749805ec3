import { expect, it } from 'vitest';
import { documents } from '../../src/prompt-cache/documents.ts';
import { simulation } from '../../src/prompt-cache/simulation.ts';

/** Numbers of parallel calls. With SOAK=1, as in the nightly run, three. */
const PARALLEL = process.env['SOAK'] === undefined ? [4] : [1, 4, 11];

it.each(PARALLEL)(
  'an agent with %i parallel calls costs at most half with a cache, and auto is not more expensive',
  async (parallel) => {
    const run = { steps: 40, parallel, resultChars: 400, compactEvery: 20 };
    const [none, short, auto] = await Promise.all(
      (['none', 'short', 'auto'] as const).map(
        async (cache) => (await simulation({ ...run, cache })).picoUsd,
      ),
    );
    expect(auto! / short!).toBeLessThanOrEqual(1.001);
    expect(short! / none!).toBeLessThanOrEqual(0.5);
  },
);

it('auto costs less than none, and at most 0.9 times as much as short, for documents that are used once', async () => {
  const [none, short, auto] = await Promise.all(
    (['none', 'short', 'auto'] as const).map(async (cache) => documents(cache, { count: 30 })),
  );
  expect(auto!).toBeLessThan(none!);
  expect(auto! / short!).toBeLessThanOrEqual(0.9);
});

it('a plan with after costs at most a third of auto for many questions about one document', async () => {
  const [auto, after] = await Promise.all(
    (['auto', { after: 1 }] as const).map(async (cache) => documents(cache, { count: 30, isOne: true })),
  );
  expect(after! / auto!).toBeLessThanOrEqual(1 / 3);
});
