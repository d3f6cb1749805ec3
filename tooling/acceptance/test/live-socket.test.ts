import { anthropicMessages, startWireServer } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';
import { runSocketCase, SOCKET_CASES, type SocketCase } from '../src/live/socket.ts';

/** Runs a case against a gateway whose model remembers the word of the conversation. */
async function runAgainst({ sockets }: { readonly sockets: boolean }, socketCase: SocketCase): Promise<void> {
  await using server = await startWireServer({
    wire: anthropicMessages,
    script: ({ body }) => {
      const text = JSON.stringify((body as { messages: unknown }).messages);
      const word = /Remember the word (\w+)/.exec(text)?.[1] ?? '';
      const answer = text.includes('Which word') ? word : 'ok';
      return { parts: [{ type: 'text', text: answer }], usage: { input: text.length, output: 1 } };
    },
  });
  const gateway = createGateway({
    majordomo: createMajordomo({
      providers: [createAnthropic({ apiKey: 'k', baseURL: server.baseURL })],
    }),
    models: { 'gpt-5-mini': 'anthropic/claude-haiku-4-5' },
    authorize: () => ({}),
  });
  const served = await serve(gateway, { port: 0, sockets });
  try {
    const baseURL = `${served.url}/v1`;
    await runSocketCase(socketCase, (fetch) => createOpenAI({ apiKey: 'k', baseURL, fetch }), 'gpt-5-mini');
  } finally {
    await served.close(0);
  }
}

describe('the live check of sockets', () => {
  it.each(SOCKET_CASES.map((each) => [each.name, each] as const))(
    'passes for a server that behaves as expected: %s',
    async (_, socketCase) => {
      await runAgainst({ sockets: true }, socketCase);
    },
  );

  it.each(SOCKET_CASES.map((each) => [each.name, each] as const))(
    'fails for a server that accepts no sockets: %s',
    async (_, socketCase) => {
      await expect(runAgainst({ sockets: false }, socketCase)).rejects.toThrow();
    },
  );
});
