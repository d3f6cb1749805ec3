import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider, seededRandom } from '@majordomo/testing';
import { expect, test } from 'vitest';

const CALLS = 1000;
const PAGE = join(import.meta.dirname, '../../../apps/docs/performance-details.md');
const BEGIN = '<!-- hedging: written by tooling/acceptance/test/hedging.slow.test.ts, with HEDGING=write -->';
const END = '<!-- end of hedging -->';

/** Returns a time to the first content: 200 to 600 ms, or 5 s in 3 of 100 calls. */
const latency = (random: () => number): number => (random() < 0.03 ? 5000 : 200 + 400 * random());

async function simulate(
  hedgeAfterMs: number,
): Promise<{ readonly times: readonly number[]; readonly requests: number }> {
  const clock = fakeClock();
  const random = seededRandom(7);
  const turns = () => Array.from({ length: CALLS }, () => ({ text: 'hi', delayMs: latency(random) }));
  const vendors = ['a', 'b'].map((id) => fakeProvider({ id, models: { x: turns() }, clock }));
  const model = createMajordomo({ providers: vendors, clock }).model('a/x,b/x');
  const times: number[] = [];
  // Run concurrently. The calls share only the clock.
  for (let call = 0; call < CALLS; call++)
    void model.generate({ messages: [user('hi')] }, { hedgeAfterMs }).then(() => times.push(clock.now()));
  while (times.length < CALLS) await clock.advance(50);
  return {
    times: times.sort((a, b) => a - b),
    requests: vendors.reduce((sum, { requests }) => sum + requests.length, 0),
  };
}

test('the hedging table of the documentation equals the simulation', async () => {
  const rows: string[] = [];
  for (const after of [0, 500, 1000, 2000]) {
    const { times, requests } = await simulate(after);
    const at = (share: number): string =>
      `${((times[Math.floor(CALLS * share)] ?? NaN) / 1000).toFixed(2)} s`;
    const extra = ((100 * (requests - CALLS)) / CALLS).toFixed(1);
    rows.push(
      `| ${after === 0 ? 'off' : `${after} ms`} | ${[0.5, 0.95, 0.99].map(at).join(' | ')} | ${requests} | ${extra} % |`,
    );
  }
  const table = [
    '| `hedgeAfterMs` | median | 95th percentile | 99th | requests | more |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [currentTable = '', after] = rest.split(END);
  if (process.env['HEDGING'] === 'write')
    writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  else expect(currentTable.trim()).toBe(table);
});
