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
}

/** Answers a request of the vendor's wire. */
export type Answer = (exchange: Exchange) => object | string;

/** Starts a gateway whose target is a model of OpenAI or of Anthropic. */
export async function startGateway(vendor: 'openai' | 'anthropic', answer: Answer): Promise<ServedGateway> {
  const wire = vendor === 'openai' ? openaiResponses : anthropicMessages;
  const server = await startWireServer({ wire, script: answer });
  const options = { apiKey: 'k', baseURL: server.baseURL };
  const provider = vendor === 'openai' ? createOpenAI(options) : createAnthropic(options);
  const spec = vendor === 'openai' ? 'openai/gpt-5.4' : 'anthropic/claude-sonnet-4-6';
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider], chain: { attempts: 1 } }),
    models: { [NAME]: spec },
    authorize: () => ({ tenant: 'standards' }),
  });
  const served = await serve(gateway, { port: 0 });
  return {
    url: served.url,
    requests: server.requests,
    async [Symbol.asyncDispose]() {
      await served.close(0);
      await server.close();
    },
  };
}
