import { measure } from '../measure/measures.mjs';
import { text } from '../server/scripts.mjs';
import { openaiChat } from '../wires/openai-chat.mjs';
import { KEY, PROMPT } from '../wires/wire.mjs';
import { check } from './scenario.mjs';

const DELTAS = 50;
/** Nobody listens on port 1. */
const FAILURES = { 529: 'status-529', 500: 'status-500', refused: undefined };
const REFUSED = 'http://127.0.0.1:1';
const WIRE = openaiChat.name;
const CALLS = 20;

/** @type {import('./scenario.mjs').Scenario} */
export const failover = {
  name: 'failover',
  title: 'The first target fails, the second answers; configuration as it comes',
  sizes: { full: { rounds: 9, warmUp: 2, withSdk: 1 }, gate: { rounds: 7, warmUp: 2, withSdk: 0 } },
  async run(context) {
    const { place, size } = context;
    const good = place(`text-${DELTAS}`);
    const subjects = { majordomo: byChain, ...(size.withSdk === 1 && { sdk: bySdk }) };
    const jobs = Object.entries(FAILURES).flatMap(([failure, script]) =>
      Object.entries(subjects).map(([subject, open]) => ({
        metric: failure,
        title: failure === 'refused' ? 'the first refuses the connection' : `the first answers ${failure}`,
        wire: WIRE,
        subject,
        per: 1000,
        run: async () => (await open(script === undefined ? REFUSED : place(script), good))(),
      })),
    );
    return [
      ...(await measure(context, { unit: 'ms wall', jobs, values: ({ wall }) => wall })),
      ...(await benched(context, good)),
    ];
  },
  goals: [
    ...Object.keys(FAILURES).map((failure) => ({
      row: `failover, ${failure}`,
      wire: WIRE,
      atMost: 300,
      unit: 'ms',
      figure: (read) => read.value(failure, WIRE),
    })),
    {
      row: 'failover, benched head',
      wire: WIRE,
      atMost: 0,
      unit: 'more requests',
      figure: (read) => read.value('requests', WIRE),
    },
  ],
};

/** A chain that never saw a failure: health has nothing to remember. Its requests go through the SDK as always. */
async function byChain(bad, good) {
  const model = await chainOf(bad, good);
  return async () => check((await model.generate(QUESTION)).text, text(DELTAS));
}

const QUESTION = { messages: [{ role: 'user', parts: [{ type: 'text', text: PROMPT }] }] };

async function chainOf(...origins) {
  const { createMajordomo } = await import('@majordomo/core');
  const providers = await Promise.all(
    origins.map((origin, at) => openaiChat.provider(openaiChat.baseURL(origin), `p${at}`)),
  );
  const spec = providers.map(({ id }) => `${id}/${openaiChat.model}`).join();
  return createMajordomo({ env: {}, providers }).model(spec);
}

/** What people write by hand. */
async function bySdk(bad, good) {
  const { OpenAI } = await import('openai');
  const ask = (origin) =>
    new OpenAI({ apiKey: KEY, baseURL: openaiChat.baseURL(origin) }).chat.completions.create({
      model: openaiChat.model,
      messages: [openaiChat.user(PROMPT)],
    });
  return async () => {
    const answer = await ask(bad).catch(() => ask(good));
    check(answer.choices[0].message.content, text(DELTAS));
  };
}

/** A head that failed before: it is not asked, and to know that costs next to nothing. */
async function benched(context, good) {
  const model = await chainOf(REFUSED, good);
  await model.generate(QUESTION);
  const chains = { benched: model, healthy: await chainOf(good, good) };
  const jobs = Object.entries(chains).map(([metric, each]) => ({
    metric,
    title: `the first is ${metric}`,
    wire: WIRE,
    subject: 'majordomo',
    per: CALLS,
    async run() {
      for (let n = 0; n < CALLS; n++) await each.generate(QUESTION);
    },
  }));
  const taken = await measure(context, { unit: 'µs wall a call', jobs, values: ({ wall }) => wall });
  const { attempts } = await model.generate(QUESTION);
  const sent = attempts.filter(({ outcome }) => outcome !== 'skipped');
  return [...taken, figure('requests', 'the first is benched: more requests a call', sent.length - 1)];
}

const figure = (metric, title, value) => ({
  metric,
  title,
  unit: '',
  wire: WIRE,
  subject: 'majordomo',
  values: [value],
  error: undefined,
});
