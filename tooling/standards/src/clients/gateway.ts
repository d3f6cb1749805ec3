import { anthropicMessages, openaiResponses, startWireServer, type Exchange } from '@majordomo/conformance';
import { defineTool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { serveMcp } from '@majordomo/mcp';
import { mcpGateway } from '@majordomo/mcp-gateway';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';

/** Name under which the gateway serves its model. */
const NAME = 'smart';

/** Name of the MCP server behind the gateway. */
const SERVER = 'office';

const weather = defineTool({
  name: 'weather',
  description: 'Weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  run: ({ city }) => `5 degrees in ${city as string}`,
});

/** Gateway on 127.0.0.1 with one vendor and one MCP server behind it. */
export interface ServedGateway extends AsyncDisposable {
  readonly url: string;
  /** Requests that the vendor received. */
  readonly requests: readonly Exchange[];
  /** Number of times that the gateway authorized a WebSocket of Codex: when it was opened, and for each request. */
  overSockets(): number;
}

/** Answers a request of the vendor's wire. */
export type Answer = (exchange: Exchange) => object | string;

/** Starts a gateway whose target is a model of OpenAI or of Anthropic. `sockets`: whether it accepts WebSockets. */
export async function startGateway(
  vendor: 'openai' | 'anthropic',
  answer: Answer,
  sockets = false,
): Promise<ServedGateway> {
  const wire = vendor === 'openai' ? openaiResponses : anthropicMessages;
  const server = await startWireServer({ wire, script: answer });
  const options = { apiKey: 'k', baseURL: server.baseURL };
  const provider = vendor === 'openai' ? createOpenAI(options) : createAnthropic(options);
  const spec = vendor === 'openai' ? 'openai/gpt-5.4' : 'anthropic/claude-sonnet-4-6';
  const office = serveMcp({ name: SERVER, version: '1.0.0', tools: [weather], hosts: 'any' });
  const mcp = mcpGateway({
    servers: {
      [SERVER]: {
        url: 'http://127.0.0.1/mcp',
        fetch: (input, init) => office.fetch(new Request(input, init)),
      },
    },
  });
  let overSockets = 0;
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider], chain: { attempts: 1 } }),
    models: { [NAME]: spec },
    mcp,
    authorize({ method, headers }) {
      // The requests of a socket have the headers of its upgrade, among them this one of Codex.
      if (method === 'POST' && headers.get('openai-beta')?.startsWith('responses_websockets') === true)
        overSockets += 1;
      return { tenant: 'standards' };
    },
  });
  const served = await serve(gateway, { port: 0, sockets });
  return {
    url: served.url,
    requests: server.requests,
    overSockets: () => overSockets,
    async [Symbol.asyncDispose]() {
      await served.close(0);
      await mcp.close();
      await office.close();
      await server.close();
    },
  };
}
