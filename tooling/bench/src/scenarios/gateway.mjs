import { setTimeout } from 'node:timers/promises';
import { clientOf } from '../gateways/client.mjs';
import { hasPortkey, startGateway } from '../gateways/start.mjs';
import { measure } from '../measure/measures.mjs';
import { median } from '../measure/statistics.mjs';
import { text } from '../server/scripts.mjs';
import { GATEWAY_WIRES, MAIN_WIRES, WIRES } from '../wires/index.mjs';
import { check, forWires } from './scenario.mjs';

const WHOLE = { script: 'text', deltas: 50, ways: 8 };
const CHUNKS = { script: 'timed', deltas: 100, ways: 50 };
const FIRST = { script: 'paced', deltas: 20 };

/** @type {import('./scenario.mjs').Scenario} */
export const gateway = {
  name: 'gateway',
  gateWires: GATEWAY_WIRES,
  title: 'One address before a vendor: a gateway in a process of its own',
  sizes: {
    full: { rounds: 9, warmUp: 3, calls: 500, firsts: 60 },
    gate: { rounds: 5, warmUp: 3, calls: 400, firsts: 40 },
  },
  async run(context) {
    const wires = GATEWAY_WIRES.filter((name) => context.subjects.some(({ wire }) => wire === name));
    return [
      ...(await whole(context, wires)),
      ...(await chunks(context, wires)),
      ...(await first(context, wires)),
    ];
  },
  goals: [
    ...goal('a whole answer through the gateway', 'whole', 4.5, 'pass-through'),
    ...goal('a whole answer through the gateway', 'whole', 1.25, 'by hand'),
    ...goal('a whole answer through the gateway', 'whole', 0.5, 'portkey', MAIN_WIRES),
    ...goal('a streamed chunk through the gateway', 'chunk', 2.2, 'pass-through'),
    // Decision record 0091.
    ...forWires(GATEWAY_WIRES, (wire) => ({
      row: 'first byte through the gateway',
      atMost: Infinity,
      stretch: 1,
      unit: 'ms over the vendor',
      figure: (read) => read.excess('first', wire, 'vendor'),
    })),
    ...goal('first byte through the gateway', 'first', 1, 'sdk by hand'),
  ],
};

function goal(row, metric, atMost, beside, wires = GATEWAY_WIRES) {
  const figure = (wire) => (read) => read.ratio(metric, wire, beside);
  return forWires(wires, (wire) => ({ row, atMost, unit: `× ${beside}`, beside, figure: figure(wire) }));
}

/** Each gateway before a vendor that says this, with a client that asks it. */
async function started({ place, isGate }, wires, names, { script, deltas }) {
  const origin = place(`${script}-${deltas}`);
  // Its Responses has not been tried.
  const isPeerThere = (wire) => !isGate && MAIN_WIRES.includes(wire) && hasPortkey();
  return Promise.all(
    wires.flatMap((wire) => {
      const dialect = WIRES.find(({ name }) => name === wire);
      const all = isPeerThere(wire) ? [...names, 'portkey'] : names;
      return all.map(async (subject) => {
        const before = await startGateway(subject, wire, origin);
        return { wire, subject, ...before, ask: clientOf(dialect, before.url, origin) };
      });
    }),
  );
}

/** So many answers, at so many at a time; each is read and compared. */
async function answers(ask, count, { deltas, ways }, streamed) {
  const expected = text(deltas);
  let left = count;
  const way = async () => {
    while (left-- > 0) check((await ask(streamed)).text, expected);
  };
  await Promise.all(Array.from({ length: ways }, way));
}

async function whole(context, wires) {
  const { calls } = context.size;
  const gateways = await started(context, wires, ['pass-through', 'by hand', 'majordomo'], WHOLE);
  return taken(context, gateways, {
    metric: 'whole',
    title: `a whole answer, ${WHOLE.ways} at a time`,
    unit: 'µs CPU a request',
    per: calls,
    work: ({ ask }) => answers(ask, calls, WHOLE, false),
  });
}

async function chunks(context, wires) {
  const gateways = await started(context, wires, ['pass-through', 'majordomo'], CHUNKS);
  return taken(context, gateways, {
    metric: 'chunk',
    title: `${CHUNKS.ways} streams at a time, an event every 20 ms`,
    unit: 'µs CPU an event',
    per: CHUNKS.ways * CHUNKS.deltas,
    work: ({ ask }) => answers(ask, CHUNKS.ways, CHUNKS, true),
  });
}

/** CPU of the gateway's process. */
async function taken(context, gateways, { unit, work, ...about }) {
  const jobs = gateways.map((each) => ({
    ...about,
    wire: each.wire,
    subject: each.subject,
    run: () => each.cpuOf(() => work(each)),
  }));
  const measures = await measure(context, { unit, jobs, values: ({ results }) => results });
  for (const { stop } of gateways) stop();
  return measures;
}

async function first(context, wires) {
  const gateways = await started(context, wires, ['pass-through', 'sdk by hand', 'majordomo'], FIRST);
  const origin = context.place(`${FIRST.script}-${FIRST.deltas}`);
  const direct = wires.map((wire) => {
    const dialect = WIRES.find(({ name }) => name === wire);
    return { wire, subject: 'vendor', ask: clientOf(dialect, origin, origin) };
  });
  const jobs = [...direct, ...gateways].map(({ wire, subject, ask }) => ({
    metric: 'first',
    title: 'the first byte of a stream',
    wire,
    subject,
    async run() {
      const times = [];
      for (let n = 0; n < context.size.firsts; n++) {
        // The end of one stream must not be counted with the beginning of the next.
        await setTimeout(1);
        const { text: said, firstMs } = await ask(true);
        check(said, text(FIRST.deltas));
        times.push(firstMs);
      }
      return median(times);
    },
  }));
  const warmUp = 5 * context.warmUp;
  const measures = await measure(
    { ...context, warmUp },
    { unit: 'ms wall', jobs, values: ({ results }) => results },
  );
  for (const { stop } of gateways) stop();
  return measures;
}
