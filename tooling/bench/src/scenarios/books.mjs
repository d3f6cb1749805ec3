import { redisStores } from '@majordomo/store-redis';
import { missing, startRedis } from '@majordomo/services';
import { Redis } from 'ioredis';
import { inRounds } from '../measure/rounds.mjs';
import { median } from '../measure/statistics.mjs';

const CLAIM = { max: 10n ** 14n, amount: 1_234_567n, resetsInMs: 3_600_000, whenLapsed: 'spent' };
const LEASE_MS = 30_000;
const SOME = 3;
/** @type {import('./scenario.mjs').Scenario} */
export const books = {
  name: 'books',
  title: 'Books in Redis on 127.0.0.1',
  sizes: {
    full: { rounds: 25, warmUp: 5, pairs: 400 },
    gate: { rounds: 11, warmUp: 5, pairs: 300 },
  },
  async run(context) {
    if (missing('redis') !== undefined) return [];
    const server = await startRedis();
    const client = new Redis(server.url);
    try {
      const { pairs } = context.size;
      const jobs = Object.entries(await withEach(client)).map(([name, once]) => ({
        name,
        run: () => timesOf(once, pairs),
      }));
      const taken = await inRounds(jobs, context);
      return jobs.flatMap(({ name }) => [
        row('typical', 'the median of a round', name, taken[name], median),
        row('fastest', 'the fastest of a round', name, taken[name], (times) => Math.min(...times)),
      ]);
    } finally {
      client.disconnect();
      await server.stop();
    }
  },
  // Two trips are what they are: a goal is how many of the bare ones ours take, whatever else the machine does.
  goals: [
    {
      row: 'books in Redis, one limit',
      wire: 'redis',
      atMost: 2.3,
      unit: '× two bare scripts',
      figure: (read) => read.ratio('typical', 'redis', 'two bare scripts', 'one limit'),
    },
    {
      row: 'books in Redis, one limit',
      wire: 'redis',
      atMost: Infinity,
      stretch: 80,
      unit: 'µs',
      figure: (read) => read.value('typical', 'redis', 'one limit'),
    },
  ],
};

function row(metric, which, subject, { results, error }, of) {
  const title = `a reservation and its settling, ${which}`;
  return { metric, title, unit: 'µs wall', wire: 'redis', subject, values: results.map(of), error };
}

async function timesOf(once, pairs) {
  const times = [];
  for (let n = 0; n < pairs; n++) {
    const begin = performance.now();
    await once();
    times.push((performance.now() - begin) * 1000);
  }
  return times;
}

/** All over one client: the floor is what its two trips take with a script that does nothing. */
async function withEach(client) {
  const sha = await client.script('LOAD', 'return 1');
  const bare = () => client.evalsha(sha, 1, '{bench}', 'one');
  return {
    'two bare scripts': async () => {
      await bare();
      await bare();
    },
    'one limit': booking(client, 1),
    'three limits': booking(client, SOME),
  };
}

function booking(client, limits) {
  const { ledger } = redisStores({ client, prefix: `bench ${limits}` });
  const claims = Array.from({ length: limits }, (_, at) => ({ ...CLAIM, counter: `limit ${at}` }));
  const used = claims.map(({ counter }) => ({ counter, amount: 7n }));
  let calls = 0;
  return async () => {
    const id = `${calls++}`;
    await ledger.reserve(id, claims, LEASE_MS);
    await ledger.settle(id, used);
  };
}
