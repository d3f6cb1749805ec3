import { HttpAgent, type Message } from '@ag-ui/client';
import { createAgent, defineTool } from '@majordomo/agent';
import { anthropicMessages, startWireServer, type Exchange } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { agUiResponse, fromAgUi } from '@majordomo/ui/ag-ui';
import { describe, expect, it } from 'vitest';

const parameters = { type: 'object' } as const;
const weather = defineTool({ name: 'weather', description: 'Weather', parameters, run: () => 'sunny' });
const LOCATE = { name: 'locate', description: 'Place of the user' };

/** Types of the content blocks of the last assistant turn in a request. */
function blocksOf({ body }: Exchange): readonly string[] {
  const { messages } = body as { messages: { role: string; content: { type: string }[] }[] };
  const turn = messages.findLast(({ role }) => role === 'assistant');
  return turn?.content.map(({ type }) => type) ?? [];
}

interface Setup {
  readonly replay?: boolean;
  /** Whether a second target takes over after the first one fails in the middle of a step. */
  readonly isReset?: boolean;
  /** Whether the page runs the tools. */
  readonly isPage?: boolean;
}

/** Sends three turns of a page that keeps the messages. The server of the vendor refuses turns without valid thinking. */
async function play({ replay, isReset = false, isPage = false }: Setup) {
  const name = isPage ? 'locate' : 'weather';
  const step = (n: number) => ({ reasoning: `Hm ${n}.`, toolCalls: [{ id: `toolu_${n}`, name, args: {} }] });
  const cut = { fault: 'cut', answer: 'It is not at all like that.' } as const;
  const answers = [step(1), 'Sunny.', step(2), 'Sunny still.', step(3), 'Sunny again.'] as const;
  await using server = await startWireServer({
    wire: anthropicMessages,
    script: isReset ? [answers[0], cut, ...answers.slice(1)] : answers,
  });
  const provider = createAnthropic({ apiKey: 'k', baseURL: server.baseURL });
  const majordomo = createMajordomo({ providers: [provider], env: {}, chain: { attempts: isReset ? 2 : 1 } });
  const model = majordomo.model('anthropic/claude-haiku-4-5');
  const errors: string[] = [];
  const client = new HttpAgent({
    url: 'http://chat.test/',
    threadId: 't',
    fetch: async (_url: unknown, init: RequestInit = {}) => {
      const input = await fromAgUi(JSON.parse(init.body as string) as unknown);
      const agent = createAgent({ model, tools: [weather, ...input.tools], reasoning: 'low' });
      const events = agent.stream(input.run, { decisions: input.decisions, afterCommit: 'restart' });
      return agUiResponse(events, { input, ...(replay !== undefined && { replay }) });
    },
  });
  client.subscribe({ onRunErrorEvent: ({ event }) => void errors.push(event.message) });
  for (const n of [1, 2, 3]) {
    client.addMessage({ id: `u${n}`, role: 'user', content: 'Weather?' });
    await client.runAgent({ tools: [LOCATE] });
    if (!isPage) continue;
    client.addMessage({ id: `r${n}`, role: 'tool', toolCallId: `toolu_${n}`, content: 'Oslo' });
    await client.runAgent({ tools: [LOCATE] });
  }
  const last = server.requests.at(-1);
  return { errors, messages: client.messages, requests: server.requests, last };
}

const thinkingIn = (exchange: Exchange | undefined): number =>
  JSON.stringify(exchange?.body).split('"type":"thinking"').length - 1;

const tokensOf = (messages: readonly Message[]): number =>
  messages.filter((message) => message.role === 'reasoning' && message.encryptedValue !== undefined).length;

describe('thinking of Anthropic on a stateless page', () => {
  it.each([false, true])('survives three turns with tools, with a reset: %s', async (isReset) => {
    const { errors, messages, requests, last } = await play({ isReset });
    expect(errors).toEqual([]);
    expect(requests).toHaveLength(isReset ? 7 : 6);
    expect(tokensOf(messages)).toBe(3);
    expect(blocksOf(requests[isReset ? 3 : 2] as Exchange)).toEqual(['text']);
    expect(thinkingIn(last)).toBe(3);
    expect(messages.filter(({ role }) => role === 'reasoning').map(({ content }) => content)).toEqual([
      'Hm 1.',
      'Hm 2.',
      'Hm 3.',
    ]);
  });

  it('begins the turn whose call the page answers', async () => {
    const { errors, requests, last } = await play({ isPage: true });
    expect(errors).toEqual([]);
    expect(requests).toHaveLength(6);
    expect(blocksOf(requests[1] as Exchange)).toEqual(['thinking', 'tool_use']);
    expect(thinkingIn(last)).toBe(3);
  });

  it('is not sent back with replay: false', async () => {
    const { errors, messages, last } = await play({ replay: false });
    expect(errors).toEqual([]);
    expect(tokensOf(messages)).toBe(0);
    // Only the thinking of the current run.
    expect(thinkingIn(last)).toBe(1);
  });
});
