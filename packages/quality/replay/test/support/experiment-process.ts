// Runs an experiment with a judge and a control against the server of its first argument, with files in the folder of the second one.
// Third argument: `calls` or `runs`. Fourth argument: budget. Fifth argument: file with the milliseconds by which the clock is ahead.
// Prints the report.
import { readFileSync } from 'node:fs';
import { createMajordomo, type Message } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { replay } from '@majordomo/replay';
import { experimentOn, recordedCall } from './recorded-calls.ts';

const [, , baseURL = '', folder = '', mode = 'calls', budgetUsd = '5', ahead] = process.argv;
if (ahead !== undefined) {
  const now = Date.now.bind(Date);
  Date.now = () => now() + Number(readFileSync(ahead, 'utf8'));
}

const UNITS = 30;
const FIND = { name: 'find', description: 'Finds.', parameters: { type: 'object', properties: {} } } as const;

/** Two equal calls with different results. */
const steps = (at: number): readonly Message[] =>
  ['pending', `order ${at}`].flatMap((text): readonly Message[] => [
    { role: 'assistant', parts: [{ type: 'tool-call', id: 'call_0', name: 'find', args: {} }] },
    {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'call_0', name: 'find', content: [{ type: 'text', text }] }],
    },
  ]);

const calls = Array.from({ length: UNITS }, (_, at) => {
  const { request, ...call } = recordedCall(at, { metadata: { kind: 'all' } });
  const messages = [...request.messages, ...(mode === 'runs' ? steps(at) : [])];
  return { ...call, request: { messages, maxTokens: 50, ...(mode === 'runs' && { tools: [FIND] }) } };
});

const majordomo = createMajordomo({
  providers: [createOpenAI({ api: 'chat', baseURL })],
  env: { OPENAI_API_KEY: 'sk-test' },
  chain: { attempts: 1 },
});
const definition = experimentOn(majordomo, calls, {
  judge: { models: 'openai/gpt-4.1', rubric: 'The answer is right.' },
  control: 0.3,
  budgetUsd,
  follow: mode === 'runs',
});
const report = await replay(definition, { folder, concurrency: 4 });
process.stdout.write(JSON.stringify(report));
