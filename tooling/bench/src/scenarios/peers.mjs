import { join } from 'node:path';
import { measure } from '../measure/measures.mjs';
import { shuffled } from '../measure/statistics.mjs';
import { editArguments, LAST_WORDS, text } from '../server/scripts.mjs';
import { imported } from './import.mjs';
import { check, opened } from './scenario.mjs';

const DELTAS = 500;
const PIECES = 1000;
const STEPS = 20;

/** What is done, how often a round, and into how many parts one is divided. */
const KINDS = [
  {
    metric: 'µs CPU a call',
    script: () => 'text-50',
    method: 'complete',
    times: 100,
    parts: 1,
    isRight: (answer) => check(answer, text(50)),
  },
  {
    metric: 'µs CPU a delta',
    script: () => `text-${DELTAS}`,
    method: 'streamText',
    times: 6,
    parts: DELTAS,
    isRight: (answer) => check(answer, text(DELTAS)),
  },
  {
    metric: 'µs CPU a piece of a tool call',
    script: () => `tool-${PIECES}`,
    method: 'streamTool',
    times: 2,
    parts: PIECES,
    isRight: ({ args }) => check(JSON.stringify(args), JSON.stringify(editArguments(PIECES))),
  },
  {
    metric: 'µs CPU a step of an agent',
    // The server counts the turns of a place: each run has one of its own.
    script: (run) => `turns-${STEPS}.${run}`,
    method: 'runAgent',
    times: 4,
    parts: STEPS,
    isRight({ steps, text: words }) {
      check(steps, STEPS);
      check(words, LAST_WORDS);
    },
  },
];

/** What a program imports for a wire, which the vendor's name stands for. */
const MODULES = {
  sdk: (vendor) => [vendor === 'openai' ? 'openai' : '@anthropic-ai/sdk'],
  majordomo: (vendor) => ['@majordomo/core', `@majordomo/provider-${vendor}`],
  ai: (vendor) => ['ai', `@ai-sdk/${vendor}`],
  langchain: (vendor) => ['langchain', `@langchain/${vendor}`],
  mastra: (vendor) => ['@mastra/core/agent', `@ai-sdk/${vendor}`],
  pi: () => ['@mariozechner/pi-ai'],
  stackbilt: () => ['@stackbilt/llm-providers'],
  tanstack: (vendor) => ['@tanstack/ai', `@tanstack/ai-${vendor}`],
};
const VENDORS = { 'openai-chat': 'openai', 'anthropic-messages': 'anthropic' };
const PEERS = join(import.meta.dirname, '../../peers');

/**
 * Everyone beside everyone. Some take a hundred times as long as others, so that the rounds are few.
 *
 * @type {import('./scenario.mjs').Scenario}
 */
export const peers = {
  name: 'peers',
  title: 'Beside other libraries',
  withPeers: true,
  sizes: { full: { rounds: 5, warmUp: 3 }, gate: { rounds: 3, warmUp: 1 } },
  async run(context) {
    const own = { ...context, subjects: context.subjects.filter(({ wire }) => wire in VENDORS) };
    const measures = [];
    for (const kind of KINDS) measures.push(...(await done(own, kind)));
    return [...measures, ...imports(own)];
  },
  goals: [],
};

async function done(context, { metric, script, method, times, parts, isRight }) {
  const able = await opened(context, script('try'), method);
  const isAble = ({ family, wire }) => able.some((each) => each.subject === family && each.wire === wire);
  let runs = 0;
  const jobs = context.subjects.filter(isAble).map(({ family: subject, wire, open }) => ({
    metric,
    title: metric,
    wire,
    subject,
    per: times * parts,
    async run() {
      for (let n = 0; n < times; n++) {
        const session = sessionAt(open, context.place(script(runs++)));
        isRight(await (await session)[method]());
      }
    },
  }));
  return measure(context, { unit: 'µs CPU', jobs });
}

/** One client for an address, as a program has it. */
const sessions = new WeakMap();
function sessionAt(open, origin) {
  const known = sessions.get(open) ?? new Map();
  sessions.set(open, known);
  if (!known.has(origin)) known.set(origin, open(origin));
  return known.get(origin);
}

function imports({ subjects, rounds, random }) {
  const measures = subjects
    .filter(({ family }) => family in MODULES)
    .map(({ family: subject, wire }) => ({
      metric: 'ms wall to import',
      title: 'ms wall to import',
      unit: 'ms wall',
      wire,
      subject,
      values: [],
      error: undefined,
    }));
  for (let round = -1; round < rounds; round++)
    for (const { subject, wire, values } of shuffled(measures, random)) {
      const modules = MODULES[subject](VENDORS[wire]);
      const from = ['sdk', 'majordomo'].includes(subject) ? import.meta.dirname : PEERS;
      const ms = imported({ modules, from })?.ms;
      if (round >= 0) values.push(ms ?? NaN);
    }
  return measures;
}
