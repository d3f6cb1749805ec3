import { createKeys } from '@majordomo/admin';
import { check } from '../src/measure/rounds.mjs';
import { median } from '../src/measure/statistics.mjs';

const KEYS = 10_000;
const REQUESTS = 5000;
const ROUNDS = 9;

/** CPU time of `authorize` with 10,000 keys, from the file and from the cache, and the time of a page of keys. */
export async function measureKeys({ keys: store }) {
  const fromFile = createKeys({ store });
  const secrets = [];
  for (let n = 0; n < KEYS; n++)
    secrets.push((await fromFile.create({ name: `key ${n}`, tenant: `tenant ${n % 50}` })).secret);
  // A store with `watch` lets the keys cache what they find.
  const watched = Object.assign(Object.create(store), { watch: async () => async () => undefined });
  const cached = createKeys({ store: watched, cacheMs: 3_600_000 });
  for (const secret of secrets) await cached.authorize(requestOf(secret));
  const file = await medianOf(() => microseconds(fromFile, secrets));
  const cache = await medianOf(() => microseconds(cached, secrets));
  const page = await medianOf(async () => {
    const began = performance.now();
    check((await fromFile.list({ limit: 1000 })).length, 1000);
    return performance.now() - began;
  });
  return [
    ['`authorize` from SQLite, 10,000 keys', `${file.toFixed(0)} µs`, '50 µs'],
    ['`authorize` from the cache, 10,000 keys', `${cache.toFixed(0)} µs`, '20 µs'],
    ['list of 1,000 of 10,000 keys', `${page.toFixed(0)} ms`, '50 ms'],
  ];
}

const requestOf = (secret) =>
  new Request('http://127.0.0.1/v1/models', { headers: { authorization: `Bearer ${secret}` } });

async function microseconds(keys, secrets) {
  const requests = Array.from({ length: REQUESTS }, (_, n) => requestOf(secrets[(n * 7919) % KEYS]));
  // CPU time, because the machine may be busy and `authorize` waits for nothing.
  const { user, system } = process.cpuUsage();
  for (const request of requests)
    if ((await keys.authorize(request)) === undefined) throw new Error('refused');
  const used = process.cpuUsage({ user, system });
  return (used.user + used.system) / REQUESTS;
}

/** Returns the median of the rounds after one that warms up. */
export async function medianOf(measure, rounds = ROUNDS) {
  const values = [];
  for (let round = -1; round < rounds; round++) {
    const value = await measure();
    if (round >= 0) values.push(value);
  }
  return median(values);
}
