import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createRouter } from '@majordomo/routing';
import { check, fewAndMany, inRounds, list } from '../measure/rounds.mjs';
import { instant } from '../subjects/instant.mjs';

const QUESTION = 'Which of the two cities is older, and who founded each of them?';
const CALLS = 2000;
/** Largest number of each item; the smaller one is a tenth. */
const MOST = { aliases: 10_000, providers: 1000, tools: 2000, tenants: 1000, messages: 400, streams: 2000 };
/** Repetitions, so that one run takes long enough to measure. */
const TIMES = 4;

/** Measures costs inside the process, with a provider that responds immediately. */
export async function measureProcess({ plan }) {
  const measures = { added: await inRounds(layers(), plan) };
  for (const [name, most] of Object.entries(MOST))
    measures[name] = await inRounds(fewAndMany(GROWING[name], most, TIMES), plan);
  return measures;
}

/** Measures the same call without additions, with the gate of a ledger, and with a router. */
function layers() {
  const ledger = createLedger({ limits: [{ name: 'burst', max: { requests: 1e9 }, per: 'minute' }] });
  const router = createRouter({ presets: { both: 'p/m,q/m' } });
  const calling = (subject, options, spec = 'p/m,q/m') => {
    const model = createMajordomo({ providers: [instant('p'), instant('q')], ...options }).model(spec);
    return {
      subject,
      per: CALLS,
      async run() {
        for (let n = 0; n < CALLS; n++) await model.generate({ messages: [user(QUESTION)], maxTokens: 100 });
      },
    };
  };
  return [
    calling('nothing', {}),
    calling('ledger', { gates: [ledger.gate] }),
    calling('router', { resolvers: [router.resolver], onEvent: router.onEvent }, 'both'),
  ];
}

const one = createMajordomo({ providers: [instant('p')] }).model('p/m');
const ask = (model) => model.generate({ messages: [user(QUESTION)] });

const GROWING = {
  aliases: (count) =>
    ask(
      createMajordomo({
        providers: [instant('p')],
        aliases: Object.fromEntries(list(count, (at) => [`a${at}`, `p/m${at}`])),
      }).model(`a${count - 1}`),
    ),
  providers: (count) =>
    ask(createMajordomo({ providers: list(count, (at) => instant(`p${at}`)) }).model(`p${count - 1}/m`)),
  tools: (count) => one.generate({ messages: [user(QUESTION)], tools: list(count, toolAt) }),
  async tenants(count) {
    const shared = createMajordomo({ providers: [instant('p')] });
    for (const view of list(count, (at) => shared.with({ aliases: { own: `p/m${at}` } })))
      await ask(view.model('own'));
  },
  messages: (count) => one.generate({ messages: list(count, messageAt) }),
  /** Streams that are open at the same time. */
  async streams(count) {
    const open = list(count, () => one.stream({ messages: [user(QUESTION)] })[Symbol.asyncIterator]());
    const first = await Promise.all(open.map((stream) => stream.next()));
    check(first.filter(({ done }) => !done).length, count);
    await Promise.all(
      open.map(async (stream) => {
        while (!(await stream.next()).done);
      }),
    );
  },
};

const toolAt = (at) => ({
  name: `find_${at}`,
  description: QUESTION,
  parameters: {
    type: 'object',
    properties: { path: { type: 'string', description: 'Path to search' }, most: { type: 'integer' } },
    required: ['path'],
  },
});

const messageAt = (at) =>
  at % 2 === 1
    ? { role: 'assistant', parts: [{ type: 'text', text: `${QUESTION} ${at}` }] }
    : user(`${QUESTION} ${at}`);
