import { anthropicMessages, openaiResponses, startWireServer, type Exchange } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';

/** Name under which the gateway serves its model. */
const NAME = 'smart';

/** Gateway on 127.0.0.1 with one vendor behind it. */
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
  let overSockets = 0;
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider], chain: { attempts: 1 } }),
    models: { [NAME]: spec },
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
      await server.close();
    },
  };
}
