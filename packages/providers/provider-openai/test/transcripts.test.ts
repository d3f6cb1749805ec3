import { assistant, createMajordomo, toolResult, user, type TurnMessage } from '@majordomo/core';
import { startWireServer, type Harness } from '@majordomo/conformance';
import { describe, expect, it } from 'vitest';
import { harnesses as chat } from './chat-harnesses.ts';
import { harnesses as responses } from './responses-harnesses.ts';

const add = {
  name: 'add',
  description: 'Adds.',
  parameters: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
} as const;

const callAndResult = (id: string, name: string, isError = false): readonly TurnMessage[] => [
  assistant([{ type: 'tool-call', id, name, args: {} }]),
  toolResult([{ callId: id, name, content: isError ? `there is no tool "${name}"` : '3', isError }]),
];

/** Transcripts that real runs produce. */
const TRANSCRIPTS: readonly (readonly [string, readonly TurnMessage[]])[] = [
  [
    'calls of tools that do not exist',
    [
      user('hi'),
      ...callAndResult('call_1', '$READ.FILE', true),
      ...callAndResult('call_2', 'exec.command<|channel|>', true),
      ...callAndResult('call_3', 'x'.repeat(80), true),
      ...callAndResult('call_4', '', true),
    ],
  ],
  [
    'a user message directly after tool results',
    [user('hi'), ...callAndResult('call_1', 'add'), user('wait, as text')],
  ],
  [
    'a turn that has only reasoning, and an empty turn',
    [user('hi'), assistant([{ type: 'reasoning', text: 'Hm.' }]), user('go on'), assistant([]), user('and?')],
  ],
];

const cases = [...chat, ...responses].filter(([, { cannot }]) => cannot?.['tool-call'] === undefined);

async function generateText(
  messages: readonly TurnMessage[],
  { wire, model, open }: Harness,
): Promise<string> {
  await using server = await startWireServer({ wire, script: ['fine'] });
  const provider = await open({ baseURL: server.baseURL, server, apiKey: 'k' });
  const majordomo = createMajordomo({ providers: [provider], env: {} });
  const { text } = await majordomo.model(`${provider.id}/${model}`).generate({ messages, tools: [add] });
  expect(server.requests).toHaveLength(1);
  return text;
}

describe.each(cases)('%s', (_name, harness) => {
  it.each(TRANSCRIPTS)('accepts a transcript with %s at once', async (_what, messages) => {
    expect(await generateText(messages, harness)).toBe('fine');
  });
});
