import {
  createMajordomo,
  type ModelEvent,
  type ModelRequest,
  type Provider,
  type Usage,
} from '@majordomo/core';
import { expect, it } from 'vitest';
import { createAgent, type Tool } from '../src/index.ts';

const STEPS = 1000;
const MOST_ROUNDS = 9;
const RESULT = 'result line of the search tool, fifty chars long. '.repeat(8);
const ARGS = '{"query":"x","limit":3}';
const usage: Usage = {
  input: 1,
  output: 1,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** How much dearer steps 900 to 1,000 are than steps 100 to 200. */
const growth = (began: readonly number[]): number =>
  ((began[STEPS] ?? 0) - (began[STEPS - 100] ?? 0)) / ((began[200] ?? 0) - (began[100] ?? 0));

/** What a loop by hand has to do for each step: write the whole body, read the answer. */
function raw(): number {
  const began: number[] = [];
  const messages: object[] = [{ role: 'user', content: 'go' }];
  for (let step = 1; step <= STEPS; step++) {
    began[step] = cpu();
    sent += JSON.stringify({ messages }).length;
    const id = `c${step}`;
    messages.push({
      role: 'assistant',
      tool_calls: [{ id, name: 'search', arguments: JSON.parse(ARGS) as object }],
    });
    messages.push({ role: 'tool', tool_call_id: id, content: RESULT });
  }
  return growth(began);
}

let sent = 0;

async function* answer({ messages }: ModelRequest): AsyncGenerator<readonly ModelEvent[]> {
  sent += JSON.stringify({ messages }).length;
  const part = {
    type: 'tool-call',
    id: `c${messages.length}`,
    name: 'search',
    args: JSON.parse(ARGS),
  } as const;
  yield [
    { type: 'start', target: 'f/m', id: 'r' },
    { type: 'part-start', index: 0, part },
    { type: 'part-end', index: 0, part },
    { type: 'finish', target: 'f/m', reason: 'tool-calls', raw: undefined, usage },
  ];
}

const provider: Provider = {
  spi: 1,
  id: 'f',
  model: () => ({ id: 'm', families: [], capabilities: {}, stream: answer }),
};
const search: Tool = {
  name: 'search',
  description: 'Searches',
  parameters: { type: 'object' },
  run: () => RESULT,
};

async function ours(): Promise<number> {
  const began: number[] = [];
  const agent = createAgent({
    model: createMajordomo({ providers: [provider] }).model('f/m'),
    tools: [search],
    maxSteps: STEPS,
    loopLimits: { errorSteps: 5 },
    onStepStart: ({ step }) => {
      began[step] = cpu();
    },
  });
  await agent.run('go');
  return growth(began);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

it(
  'step 900 to 1,000 costs at most 1.2 times step 100 to 200, beyond how a loop by hand grows',
  { timeout: 300_000 },
  async () => {
    const byHand: number[] = [];
    const byUs: number[] = [];
    const ratio = (): number => median(byUs) / median(byHand);
    // The first pair warms up. On a busy machine it takes more pairs.
    for (let round = 0; round < MOST_ROUNDS && (round < 3 || ratio() >= 1.2); round++) {
      const pair = { raw: raw(), ours: await ours() };
      if (round === 0) continue;
      byHand.push(pair.raw);
      byUs.push(pair.ours);
    }
    expect(ratio()).toBeLessThan(1.2);
    expect(sent).toBeGreaterThan(0);
  },
);
