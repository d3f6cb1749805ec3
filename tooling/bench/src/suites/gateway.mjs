import { clientOf } from '../gateways/client.mjs';
import { hasPortkey, startGateway } from '../gateways/start.mjs';
import { check, inRounds, resultOf } from '../measure/rounds.mjs';
import { text } from '../server/scripts.mjs';

const ANSWER = { script: 'text', deltas: 50, parallel: 8, total: 200, streamed: false };
/** The bound is for streams of 100 chunks. In shorter streams, the cost of the call itself would dominate. */
const CHUNK = { script: 'timed', deltas: 100, parallel: 12, total: 12, streamed: true };
/** Rounds before the measurement. A gateway runs for days, so the code of its streams is compiled. */
const WARM_UP = 20;

/** Measures the CPU time of a gateway's process in µs, per complete response and per streamed chunk. */
export async function measureGateway(context) {
  const portkey = hasPortkey() ? ['portkey'] : [];
  return {
    answer: await cpuOf(context, ['node:http', 'majordomo', ...portkey], ANSWER),
    chunk: await cpuOf(context, ['pipe', 'majordomo'], CHUNK),
  };
}

async function cpuOf({ dialect, place, plan }, names, load) {
  const origin = place(`${load.script}-${load.deltas}`);
  const gateways = await Promise.all(names.map((name) => startGateway(name, dialect.name, origin)));
  const per = load.streamed ? load.total * load.deltas : load.total;
  const jobs = gateways.map(({ url, cpuOf: measured }, at) => {
    const client = clientOf(dialect, url, origin);
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
