import { createMajordomo, user } from '@majordomo/core';
import { measure } from '../measure/measures.mjs';
import { collectGarbage } from '../measure/rounds.mjs';
import { shuffled } from '../measure/statistics.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { openaiChat } from '../wires/openai-chat.mjs';
import { PROMPT } from '../wires/wire.mjs';
import { burst } from './concurrent-burst.mjs';
import { memory } from './concurrent.mjs';
import { answering, BASE_URL } from './in-process.mjs';
import { instant } from './instant-provider.mjs';
import { forWires, opened } from './scenario.mjs';

const FEW = 10;
const SOME = 100;
const MANY = 1000;
const DELTAS = 20;
const HOUR_MS = 3_600_000;
const QUESTION = { messages: [user(PROMPT)] };

const SIZE = { rounds: 9, warmUp: 5, calls: 8000, bursts: 7, processes: 3 };

/** @type {import('./scenario.mjs').Scenario} */
export const scale = {
  name: 'scale',
  title: 'Ten, a hundred, a thousand',
  sizes: { full: SIZE, gate: SIZE },
  run: async (context) => [
    ...(await made(context)),
    ...(await called(context)),
    ...(await kept(context)),
    ...(await streamed(context)),
  ],
  goals: [
    flat('a provider to register', 'make provider', SOME),
    flat('an alias to register', 'make alias', SOME),
    flat('a call, by providers', 'call provider', FEW),
    flat('a call, by aliases', 'call alias', FEW),
    flat('a target in reserve', 'spare target', SOME),
    flat('a benched target', 'benched target', SOME),
    flat('memory of an idle model', 'idle model', SOME),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: `a delta, ${MANY} streams over ${SOME}`,
      wire,
      atMost: 1.1,
      unit: "× raw's",
      figure: (read) => streamGrowth(read, wire, 'majordomo') / streamGrowth(read, wire, 'raw'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: `memory of ${MANY} streams`,
      wire,
      atMost: 1,
      unit: '× SDK',
      figure: (read) => read.ratio('memory', wire, 'sdk'),
    })),
  ],
};

/** What each costs among many is what it costs among fewer. */
function flat(row, metric, base) {
  const figure = (read) => read.ratio(metric, '-', String(base), String(MANY));
  return { row: `${row}, ${MANY} over ${base}`, atMost: 1, unit: '×', figure };
}

const streamGrowth = (read, wire, subject) =>
  read.growth(`streams ${MANY}`, `streams ${SOME}`, wire, subject);

// ---- in the process: majordomo alone, over providers that answer at once

const named = (kind, count) => Array.from({ length: count }, (_, at) => `${kind}${at}`);

const withProviders = (count) => ({ providers: named('p', count).map(instant) });

const withAliases = (count) => ({
  providers: [instant('p0')],
  aliases: Object.fromEntries(named('a', count).map((name) => [name, `p0/${name}`])),
});

/** A job for a count of things; counts are told apart as subjects. */
const job = (metric, title, count, per, run) => ({
  metric,
  title,
  wire: '-',
  subject: String(count),
  per,
  run,
});

function made(context) {
  // As many in all for each count: a few are registered in less time than a clock can tell.
  const all = 200 * MANY;
  const registering = (metric, title, count, options) =>
    job(metric, title, count, all, async () => {
      for (let n = 0; n < all / count; n++) createMajordomo(options);
    });
  const jobs = [SOME, MANY].flatMap((count) => [
    registering('make provider', 'registering providers, each', count, withProviders(count)),
    registering('make alias', 'registering aliases, each', count, withAliases(count)),
  ]);
  return measure(context, { unit: 'µs CPU', jobs });
}

function called(context) {
  const { calls } = context.size;
  const calling = (metric, title, count, model) =>
    job(metric, title, count, calls, async () => {
      for (let n = 0; n < calls; n++) await model.generate(QUESTION);
    });
  // As many targets in all for each count.
  const walking = (metric, title, count, model) =>
    job(metric, title, count, calls * FEW, async () => {
      for (let n = 0; n < (calls * FEW) / count; n++) await model.generate(QUESTION);
    });
  const jobs = [FEW, SOME, MANY].flatMap((count) => {
    const last = count - 1;
    const byProviders = createMajordomo(withProviders(count)).model(`p${last}/m`);
    const byAliases = createMajordomo(withAliases(count)).model(`a${last}`);
    return [
      calling('call provider', 'a call, so many providers registered', count, byProviders),
      calling('call alias', 'a call, so many aliases set', count, byAliases),
      walking('spare target', 'the first of a chain answers, a target', count, chain(count, 0)),
      walking('benched target', 'all but the last are benched, a target', count, chain(count, last)),
    ];
  });
  return measure(context, { unit: 'µs CPU', jobs });
}

/** A chain of so many targets, the first of which are benched. */
function chain(count, benched) {
  const majordomo = createMajordomo(withProviders(count));
  const targets = named('p', count).map((id) => `${id}/m`);
  for (const target of targets.slice(0, benched)) majordomo.health.bench(target, HOUR_MS);
  return majordomo.model(targets.join());
}

// ---- memory

/** Models of a real provider, each of which has answered once: what one of them keeps of the heap. */
async function kept({ rounds, random }) {
  const measures = [SOME, MANY].map((count) => ({
    ...job('idle model', 'a model that has answered once', count),
    unit: 'KiB of heap',
    values: [],
    error: undefined,
  }));
  for (let round = -1; round < rounds; round++)
    for (const { values, subject } of shuffled(measures, random)) {
      const bytes = await heapOf(Number(subject));
      if (round >= 0) values.push(bytes / 1024);
    }
  return measures;
}

async function heapOf(count) {
  const providers = [await openaiChat.provider(BASE_URL)];
  const majordomo = createMajordomo({ providers, fetch: answering });
  await majordomo.model('p/first').generate(QUESTION);
  const before = heapUsed();
  const models = named('m', count).map((id) => majordomo.model(`p/${id}`));
  for (const model of models) await model.generate(QUESTION);
  return (heapUsed() - before) / models.length;
}

function heapUsed() {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

// ---- streams

/** The main wires alone: a thousand streams take their time. */
async function streamed(context) {
  const subjects = context.subjects.filter(({ wire }) => MAIN_WIRES.includes(wire));
  const own = { ...context, subjects };
  // No goal of time is set beside the SDK's: the gate's time goes into rounds.
  const timed = context.isGate ? subjects.filter(({ family }) => family !== 'sdk') : subjects;
  const ready = await opened({ ...own, subjects: timed }, `paced-${DELTAS}`, 'streamText');
  const jobs = [SOME, MANY].flatMap((streams) =>
    ready.map(({ session, ...who }) => ({
      ...who,
      metric: `streams ${streams}`,
      title: `${streams} streams at a time, a delta`,
      per: MANY * DELTAS,
      async run() {
        for (let n = 0; n < MANY / streams; n++) await burst(session, { streams, deltas: DELTAS });
      },
    })),
  );
  const { bursts: rounds, processes } = context.size;
  return [
    ...(await measure({ ...own, rounds, warmUp: 2 }, { unit: 'µs CPU', jobs })),
    ...(await memory(own, { streams: MANY, deltas: DELTAS, processes })),
  ];
}
