import { medianOf } from './keys.mjs';

const LEASE_MS = 60_000;
const WORKERS = 40;
const PAIRS = 4000;
const SEQUENCE = 200;

let ids = 0;

/** Time of a reservation and its settlement in PostgreSQL, one after the other and by 40 workers on one counter. */
export async function measurePairs({ ledger }) {
  const pair = async (counter) => {
    const id = `pair-${ids++}`;
    const claim = { counter, max: 10n ** 15n, amount: 5n, resetsInMs: undefined, whenLapsed: 'spent' };
    if ((await ledger.reserve(id, [claim], LEASE_MS)) !== undefined) throw new Error('refused');
    await ledger.settle(id, [{ counter, amount: 3n }]);
  };
  const ms = await medianOf(async () => {
    const began = performance.now();
    await pair('sequence');
    return performance.now() - began;
  }, SEQUENCE);
  const perSecond = await medianOf(async () => {
    const began = performance.now();
    let left = PAIRS;
    const worker = async () => {
      while (left-- > 0) await pair('hot');
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    return PAIRS / ((performance.now() - began) / 1000);
  }, 3);
  return [
    ['PostgreSQL: reserve and settle', `${ms.toFixed(1)} ms`, '3 ms'],
    ['PostgreSQL: pairs per second of 40 workers on one counter', perSecond.toFixed(0), 'at least 1,000'],
  ];
}
