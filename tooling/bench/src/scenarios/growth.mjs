import { createMajordomo, user } from '@majordomo/core';
import { measure } from '../measure/measures.mjs';
import { collectGarbage } from '../measure/rounds.mjs';
import { shuffled } from '../measure/statistics.mjs';
import { openaiChat } from '../wires/openai-chat.mjs';
import { KEY } from '../wires/wire.mjs';
import { answering, BASE_URL } from './in-process.mjs';
import { instant } from './instant-provider.mjs';

const QUESTION = 'Which of the two cities is older, and who founded each of them?';
/** How many there are of what grows, and what a tenth of it is compared with. */
const MOST = { messages: 400, tools: 2000, kilobytes: 500, aliases: 10_000, tenants: 1000 };
const TENTH = 0.1;
/** So often in a round: a few milliseconds are too few to compare. */
const TIMES = 3;
const HISTORY = 50;

/** @type {import('./scenario.mjs').Scenario} */
export const growth = {
  name: 'growth',
  title: 'What grows with what is asked',
  sizes: {
    full: { rounds: 9, warmUp: 3, calls: 10_000, pairs: 3 },
    gate: { rounds: 9, warmUp: 3, calls: 10_000, pairs: 3 },
  },
  run: async (context) => [...(await asked(context)), ...(await kept(context))],
  goals: [
    linear('a message, a tenth of them pictures', 'messages'),
    linear('a tool', 'tools'),
    linear('a kilobyte of a schema', 'kilobytes'),
    linear('an alias', 'aliases'),
    linear('a tenant with a view of its own', 'tenants'),
    {
      row: `heap after 10000 calls with ${HISTORY} messages`,
      atMost: 1,
      unit: 'MB over SDK',
      figure: (read) => read.excess('heap', openaiChat.name, 'sdk'),
    },
  ],
};

/** Each of many costs what each of a tenth of them does. */
function linear(row, metric) {
  const [few, many] = countsOf(metric);
  const figure = (read) => read.ratio(metric, '-', String(few), String(many));
  return { row: `${row}, ${many} over ${few}`, atMost: 1, unit: '×', figure };
}

/** A tenth, and the whole. */
function countsOf(metric) {
  return [MOST[metric] * TENTH, MOST[metric]];
}

const list = (count, make) => Array.from({ length: count }, (_, at) => make(at));

// ---- calls

async function asked(context) {
  const providers = [await openaiChat.provider(BASE_URL)];
  const model = createMajordomo({ env: {}, providers, fetch: answering }).model('p/m');
  const ask = (request) => model.generate(request);
  /** Made anew each time: what a conversation says again is kept, and costs less. */
  const once = {
    messages: (count) => ask({ messages: list(count, messageAt) }),
    tools: (count) => ask({ messages: [user(QUESTION)], tools: list(count, toolAt) }),
    kilobytes: (count) => ask({ messages: [user(QUESTION)], output: schemaOf(count) }),
    aliases: (count) =>
      aliased(count)
        .model(`a${count - 1}`)
        .generate({ messages: [user(QUESTION)] }),
    tenants: viewed,
  };
  const titles = {
    messages: 'a history of so many messages, a tenth of them pictures, each',
    tools: 'a call with so many tools, each',
    kilobytes: 'a call with a schema of so many KB, each',
    aliases: 'so many aliases registered and one called, each',
    tenants: 'a view of so many tenants and a call of it, each',
  };
  const jobs = Object.entries(once).flatMap(([metric, run]) =>
    countsOf(metric).map((count) => ({
      metric,
      title: titles[metric],
      wire: '-',
      subject: String(count),
      // As many in all for each count.
      per: MOST[metric] * TIMES,
      async run() {
        for (let done = 0; done < MOST[metric] * TIMES; done += count) await run(count);
      },
    })),
  );
  return measure(context, { unit: 'µs CPU', jobs });
}

/** A picture of 3 KB. */
const PICTURE = new Uint8Array(3072).fill(7);
PICTURE.set([0xff, 0xd8, 0xff, 0xe0]);

function messageAt(at) {
  if (at % 2 === 1) return { role: 'assistant', parts: [{ type: 'text', text: `${QUESTION} ${at}` }] };
  const picture = { type: 'image', mediaType: 'image/jpeg', bytes: new Uint8Array(PICTURE) };
  return at % 10 === 0 ? user(`${QUESTION} ${at}`, picture) : user(`${QUESTION} ${at}`);
}

const toolAt = (at) => ({
  name: `find_${at}`,
  description: QUESTION,
  parameters: {
    type: 'object',
    properties: { path: { type: 'string', description: 'Where to look' }, most: { type: 'integer' } },
    required: ['path'],
  },
});

/** Four properties of 250 bytes a kilobyte, 20 in an object. */
function schemaOf(kilobytes) {
  const city = { type: 'string', description: `One of the cities. ${QUESTION.repeat(3)}` };
  const section = (at) => [`section_${at}`, objectOf(list(20, (each) => [`city_${each}`, { ...city }]))];
  return objectOf(list(kilobytes / 5, section));
}

function objectOf(members) {
  const properties = Object.fromEntries(members);
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const aliased = (count) =>
  createMajordomo({
    providers: [instant('p')],
    aliases: Object.fromEntries(list(count, (at) => [`a${at}`, `p/m${at}`])),
  });

async function viewed(count) {
  const whole = createMajordomo({ providers: [instant('p')] });
  const views = list(count, (at) => whole.with({ aliases: { own: `p/m${at}`, standard: 'p/m' } }));
  for (const view of views) await view.model('own,standard').generate({ messages: [user(QUESTION)] });
}

// ---- memory

/** What calls leave on the heap that a collection does not take, of majordomo and of the SDK alone. */
async function kept({ size: { calls, pairs }, random }) {
  const own = { majordomo: await callOfMajordomo(), sdk: await callOfSdk() };
  const measures = Object.keys(own).map((subject) => ({
    metric: 'heap',
    title: `left on the heap by ${calls} calls with ${HISTORY} messages`,
    unit: 'MB',
    wire: openaiChat.name,
    subject,
    values: [],
    error: undefined,
  }));
  for (const { subject } of measures) await leftBy(own[subject], calls / 10);
  for (let pair = 0; pair < pairs; pair++)
    for (const { subject, values } of shuffled(measures, random))
      values.push((await leftBy(own[subject], calls)) / 1e6);
  return measures;
}

async function leftBy(call, calls) {
  const before = heapUsed();
  for (let n = 0; n < calls; n++) await call();
  return heapUsed() - before;
}

function heapUsed() {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function callOfMajordomo() {
  const providers = [await openaiChat.provider(BASE_URL)];
  const model = createMajordomo({ env: {}, providers, fetch: answering }).model(`p/${openaiChat.model}`);
  const messages = list(HISTORY, (at) => user(`${QUESTION} ${at}`));
  return () => model.generate({ messages });
}

async function callOfSdk() {
  const { OpenAI } = await import('openai');
  const client = new OpenAI({ apiKey: KEY, baseURL: BASE_URL, maxRetries: 0, fetch: answering });
  const messages = list(HISTORY, (at) => openaiChat.user(`${QUESTION} ${at}`));
  return () => client.chat.completions.create({ model: openaiChat.model, messages });
}
