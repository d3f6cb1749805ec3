import { createMajordomo, type ChatModel, type Env } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { startFaultyServer } from '@majordomo/testing';

/** Models in the order in which they are called, with the variables of their keys. */
const TARGETS = {
  OPENAI_API_KEY: 'openai/gpt-5.4-mini',
  ANTHROPIC_API_KEY: 'anthropic/claude-haiku-4-5',
};

/** Model, and the function that closes its local server. */
export interface OpenModel {
  readonly model: ChatModel;
  readonly close: () => Promise<void>;
}

/** Opens a chain of the models whose keys are set. If no key is set, a local server takes the place of the vendors. */
export async function openModel(env: Env): Promise<OpenModel> {
  const chain = Object.entries(TARGETS)
    .filter(([name]) => env[name])
    .map(([, target]) => target);
  if (chain.length === 0) return localModel();
  const majordomo = createMajordomo({ providers: [createOpenAI(), createAnthropic()], env });
  return { model: majordomo.model(chain.join(',')), close: () => Promise.resolve() };
}

/** The server fails for OpenAI's SDK, so the chain continues with the second model. */
async function localModel(): Promise<OpenModel> {
  const server = await startFaultyServer(({ api }) =>
    api === 'chat-completions' ? { status: 503 } : 'This is the answer of the local server.',
  );
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'local', baseURL: server.openaiBaseURL, api: 'chat' }),
      createAnthropic({ apiKey: 'local', baseURL: server.anthropicBaseURL }),
    ],
  });
  const model = majordomo.model(Object.values(TARGETS).join(','));
  return { model, close: () => server.close() };
}
