import { missing, startPostgres } from '@majordomo/services';
import { clientOf } from '../gateways/client.mjs';
import { hasPortkey, startGateway } from '../gateways/start.mjs';
import { check, inRounds, resultOf } from '../measure/rounds.mjs';
import { text } from '../server/scripts.mjs';

const ANSWER = { script: 'text', deltas: 50, parallel: 8, total: 200, streamed: false };
/** The bound is for streams of 100 chunks. In shorter streams, the cost of the call itself would dominate. */
const CHUNK = { script: 'timed', deltas: 100, parallel: 12, total: 12, streamed: true };
const BUSY_ANSWER = { ...ANSWER, parallel: 64, total: 640 };
const BUSY_CHUNK = { ...CHUNK, parallel: 64, total: 64 };
/** Rounds before the measurement. A gateway runs for days, so the code of its streams is compiled. */
const WARM_UP = 20;

/**
 * Measures the CPU time of a gateway's process in µs, per complete response and per streamed chunk. `SQLite` and `PostgreSQL`: with keys,
 * a ledger and a call log in that store. The time of PostgreSQL's own processes is not included.
 */
export async function measureGateway(context) {
  const portkey = hasPortkey() ? ['portkey'] : [];
  const postgres = missing('postgres') === undefined ? await startPostgres({ fsync: true }) : undefined;
  const stores = ['SQLite', ...(postgres === undefined ? [] : ['PostgreSQL'])];
  const measured = (names, load) => cpuOf(context, names, load, postgres?.url);
  try {
    return {
      answer: await measured(['node:http', 'majordomo', ...portkey], ANSWER),
      chunk: await measured(['pipe', 'majordomo'], CHUNK),
      busyAnswer: await measured(['node:http', 'majordomo', ...stores], BUSY_ANSWER),
      busyChunk: await measured(['pipe', 'majordomo', ...stores], BUSY_CHUNK),
    };
  } finally {
    await postgres?.stop();
  }
}

async function cpuOf({ dialect, place, plan }, names, load, storeUrl) {
  const origin = place(`${load.script}-${load.deltas}`);
  const gateways = await Promise.all(names.map((name) => startGateway(name, dialect.name, origin, storeUrl)));
  const per = load.streamed ? load.total * load.deltas : load.total;
  const jobs = gateways.map(({ url, key, cpuOf: measured }, at) => {
    const client = clientOf(dialect, url, origin, key);
    return { subject: names[at], per, run: () => measured(() => answers(client, load)) };
  });
  const values = await inRounds(jobs, { ...plan, warmUp: WARM_UP }, resultOf);
  for (const { stop } of gateways) stop();
  return values;
}

async function answers({ ask, disconnect }, { total, parallel, deltas, streamed }) {
  const expected = text(deltas);
  let left = total;
  const worker = async () => {
    while (left-- > 0) check(await ask(streamed), expected);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  // The gateway closes idle connections while the others are measured.
  disconnect();
}
