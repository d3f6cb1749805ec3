// The evaluation: `majordomo eval run support.eval.ts`.
import { createMajordomo } from '@majordomo/core';
import {
  calledTools,
  contains,
  defineEval,
  maxCalls,
  maxUsd,
  noSecrets,
  readCases,
  type Case,
} from '@majordomo/evals';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createSupport } from './support.ts';

interface Expected {
  readonly tools: readonly string[];
  readonly text: string;
}
type SupportCase = Case<string, Expected>;

/** Orders of the shop. An application would call its test system here. */
const ORDERS = ['arrived on Monday', 'on its way', 'not paid yet'];

export default defineEval<string, Expected>({
  name: 'support',
  majordomo: createMajordomo({ providers: [createAnthropic()], env: process.env }),
  cases: readCases<string, Expected>(new URL('support.cases.jsonl', import.meta.url).pathname),
  trials: 2,
  subject: (question, { model, effect, signal }) => {
    const shop = {
      order: (id: string) => effect(['order', id], () => ORDERS[Number(id) % ORDERS.length] ?? 'unknown'),
      refund: (id: string) => effect(['refund', id], () => 'refunded'),
    };
    return createSupport(model('anthropic/claude-haiku-4-5'), shop).run(question, { signal });
  },
  checks: {
    tools: calledTools(({ expected }: SupportCase) => expected?.tools ?? [], { exactly: true }),
    answer: contains(({ expected }: SupportCase) => expected?.text ?? '', { ignoreCase: true }),
  },
  gates: { cheap: maxUsd('0.02'), short: maxCalls(4), clean: noSecrets() },
});
