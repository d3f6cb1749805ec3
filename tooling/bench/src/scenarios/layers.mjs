import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createRedactor } from '@majordomo/redact';
import { createRouter } from '@majordomo/routing';
import { measure } from '../measure/measures.mjs';
import { instant, underWay } from './instant-provider.mjs';

/** 1 KB, as a user writes it. */
const QUESTION = 'Which of the two cities is older, and who founded each of them? '.repeat(16);
const REQUEST = { messages: [user(QUESTION)], maxTokens: 100 };
const CHAIN = 'p/m,q/m';

/** @type {import('./scenario.mjs').Scenario} */
export const layers = {
  name: 'layers',
  title: 'What stands beside a call',
  sizes: {
    full: { rounds: 15, warmUp: 5, calls: 3000 },
    gate: { rounds: 15, warmUp: 5, calls: 3000 },
  },
  async run(context) {
    const { calls } = context.size;
    const jobs = Object.entries(withEach()).map(([subject, once]) => ({
      metric: 'call',
      title: 'a call over a provider that answers at once',
      wire: '-',
      subject,
      per: calls,
      async run() {
        for (let n = 0; n < calls; n++) await once();
      },
    }));
    return measure(context, { unit: 'µs CPU', jobs });
  },
  goals: [
    added('a gate', 'gate', 5),
    added('a ledger in memory', 'ledger', 10),
    added('a router', 'router', 10),
    added('a question of 1 KB redacted', 'redaction', 100),
    added('hedging, not needed', 'hedging', 2),
    added('continuing, not needed', 'continuing', 2),
  ],
};

function added(row, subject, atMost) {
  const figure = (read) => read.excess('call', '-', 'nothing', subject);
  return { row, atMost, unit: 'µs added to a call', figure };
}

/** A call with one more thing each. */
function withEach() {
  const calling = (options, spec = CHAIN) => {
    const model = createMajordomo({ providers: [instant('p'), instant('q')], ...options }).model(spec);
    underWay(model);
    return (request = REQUEST) => model.generate(request);
  };
  const ledger = createLedger({ limits: [{ name: 'burst', max: { requests: 1e9 }, per: 'minute' }] });
  const router = createRouter({ presets: { both: CHAIN } });
  const redactor = createRedactor();
  const redacted = calling({});
  return {
    nothing: calling({}),
    gate: calling({ gates: [{ admit: () => undefined }] }),
    ledger: calling({ gates: [ledger.gate] }),
    router: calling({ resolvers: [router.resolver], onEvent: router.onEvent }, 'both'),
    redaction: () => redacted({ ...REQUEST, messages: [user(redactor.text(QUESTION))] }),
    hedging: calling({ chain: { hedgeAfterMs: 10_000 } }),
    continuing: calling({ chain: { afterCommit: 'continue' } }),
  };
}
