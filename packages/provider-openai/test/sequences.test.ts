import type { AssistantPart, TurnMessage } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import * as profiles from '../src/index.ts';
import { openaiCompatible, type Profile } from '../src/index.ts';
import { collect, context, request } from './collected.ts';
import { hasRecordings, sessions, type RecordedMessage, type SessionStep } from './corpus.ts';
import { startServer } from './server.ts';

const present = hasRecordings();
const recorded = sessions('openai-chat');

const PROFILES = new Map(
  Object.values(profiles).flatMap((value): [string, Profile][] =>
    typeof value === 'object' && !('api' in value) ? [[value.id, value]] : [],
  ),
);

/** The recorded messages in our parts; the assistant's last ones are those that we read ourselves. */
function transcript(messages: readonly RecordedMessage[], ours: readonly AssistantPart[][]): TurnMessage[] {
  const assistants = messages.filter(({ role }) => role === 'assistant').length;
  let seen = 0;
  return messages.flatMap((message): TurnMessage[] => {
    const text = textOf(message);
    if (message.role === 'user') return [{ role: 'user', parts: [{ type: 'text', text }] }];
    if (message.role === 'tool') return [{ role: 'tool', parts: [result(message, text)] }];
    if (message.role !== 'assistant') return [];
    const own = ours[ours.length - assistants + seen++];
    return [{ role: 'assistant', parts: own ?? partsOf(message, text) }];
  });
}

const textOf = ({ content }: RecordedMessage): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('');

const result = ({ tool_call_id: callId = '' }: RecordedMessage, text: string) =>
  ({ type: 'tool-result', callId, name: 'tool', content: [{ type: 'text', text }] }) as const;

const partsOf = ({ tool_calls: calls = [] }: RecordedMessage, text: string): AssistantPart[] => [
  ...(text === '' ? [] : [{ type: 'text', text } as const]),
  ...calls.map(({ id, function: { name } }) => ({ type: 'tool-call', id, name, args: {} }) as const),
];

/** Plays a session: each request is made of what was read of the answers before it. */
async function replay(steps: readonly SessionStep[]): Promise<readonly RecordedMessage[][]> {
  const server = await startServer((response, number) => {
    const { status, headers, body } = steps[number - 1] as SessionStep;
    const { 'content-length': _length, 'content-encoding': _coding, ...rest } = headers;
    response.writeHead(status, rest).end(body);
  });
  try {
    const vendor = steps[0]?.vendor ?? '';
    const profile = PROFILES.get(vendor) ?? { id: vendor, baseURL: '' };
    const provider = openaiCompatible(profile, { apiKey: 'k', baseURL: server.origin });
    const ours: AssistantPart[][] = [];
    for (const { request: sent, facts } of steps) {
      const tools = (sent.tools ?? []).map((tool) => ({
        name: tool.function?.name ?? '',
        description: '',
        parameters: {},
      }));
      const asked = request({ messages: transcript(sent.messages, ours), tools });
      const { parts } = await collect(
        provider,
        asked,
        context({ delivery: facts.streamed ? 'deltas' : 'whole' }),
      );
      ours.push([...parts]);
    }
    return server.received.map(({ body }) => body['messages'] as RecordedMessage[]);
  } finally {
    await server.close();
  }
}

const title = present ? 'recorded sessions' : 'recorded sessions (skipped: ../shared/wire is not there)';

describe.runIf(present)(title, () => {
  test('are there', () => {
    expect(recorded.length).toBeGreaterThan(30);
    expect(recorded.flatMap(([, steps]) => steps.flatMap(({ echo }) => echo.ids)).length).toBeGreaterThan(50);
  });

  test.each(recorded)('%s: our next request carries what the vendor accepted', async (_name, steps) => {
    const sent = await replay(steps);
    for (const [at, { echo, request: theirs }] of steps.entries()) {
      // Some sessions are single questions in a row.
      if (!theirs.messages.some(({ role }) => role === 'assistant')) continue;
      const calls = (sent[at] ?? []).flatMap(({ tool_calls: made = [] }) => made);
      expect(calls.map(({ id }) => id)).toEqual(expect.arrayContaining([...echo.ids]));
      expect(calls.map(({ function: { name } }) => name)).toEqual(expect.arrayContaining([...echo.names]));
      const signatures = JSON.stringify(sent[at]).match(/"(?:signature|data)":"/g) ?? [];
      expect(signatures.length).toBeGreaterThanOrEqual(echo.signatures);
    }
  });
});
