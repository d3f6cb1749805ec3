import { expect, it } from 'vitest';
import { createMajordomo, LlmError, user, type ModelEvent, type Provider } from '../src/index.ts';
import { chatProvider } from './support/chat-provider.ts';
import { failure } from './support/failure.ts';
import { usageOf } from './support/usage.ts';

const hi = { messages: [user('hi')] };
const usage = usageOf({ input: 10, output: 4000, reasoning: 4000 });

const provider = (id: string, events: readonly ModelEvent[]): Provider =>
  chatProvider(id, async function* () {
    yield await Promise.resolve(events);
  });

const answer = (target: string, text: string, reason: 'stop' | 'content-filter'): readonly ModelEvent[] => [
  { type: 'start', target, id: undefined },
  ...(text === ''
    ? []
    : ([
        { type: 'part-start', index: 0, part: { type: 'text' } },
        { type: 'text-delta', index: 0, text },
        { type: 'part-end', index: 0, part: { type: 'text', text } },
      ] as const)),
  { type: 'finish', target, reason, raw: undefined, usage },
];

it.each(['stop', 'content-filter'] as const)(
  'an attempt without content keeps the usage that the vendor reported with "%s"',
  async (reason) => {
    const majordomo = createMajordomo({
      providers: [provider('a', answer('a/x', '', reason))],
      chain: { attempts: 1 },
    });
    for (const error of [
      await failure(majordomo.model('a/x').generate(hi)),
      await failure(majordomo.model('a/x').stream(hi).response()),
    ])
      expect(error.details.attempts.map((attempt) => attempt.usage)).toEqual([usage]);
  },
);

it('a response lists the usage of earlier empty attempts, and gates receive it', async () => {
  const settled: unknown[] = [];
  const majordomo = createMajordomo({
    providers: [provider('a', answer('a/x', '', 'stop')), provider('b', answer('b/y', 'ok', 'stop'))],
    chain: { attempts: 1 },
    gates: [{ name: 'g', admit: () => ({ settle: (attempt) => void settled.push(attempt.usage) }) }],
  });
  const { attempts } = await majordomo.model('a/x,b/y').generate(hi);
  expect(attempts.map((attempt) => [attempt.outcome, attempt.usage])).toEqual([
    ['failed', usage],
    ['finished', usage],
  ]);
  expect(settled).toEqual([usage, usage]);
});

it.each([
  ['with content', 'half'],
  ['without content', undefined],
])('a failed attempt %s has the usage that its provider reported before the failure', async (_, text) => {
  const reporting = chatProvider('a', async function* (_request, context): AsyncGenerator<ModelEvent> {
    context.reportUsage?.(usage);
    await Promise.resolve();
    yield { type: 'start', target: 'a/x', id: undefined };
    yield { type: 'part-start', index: 0, part: { type: 'text' } };
    if (text !== undefined) yield { type: 'text-delta', index: 0, text };
    throw new LlmError('network', 'cut');
  });
  const majordomo = createMajordomo({ providers: [reporting], chain: { attempts: 1 } });
  const { details } = await failure(majordomo.model('a/x').generate(hi));
  expect(details.attempts.map((attempt) => attempt.usage)).toEqual([usage]);
  expect([details.partial?.text, details.partial?.usage]).toEqual([text, text && usage]);
});
