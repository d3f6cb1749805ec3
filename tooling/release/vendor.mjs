// Servers on 127.0.0.1 that answer like OpenAI's Responses and Anthropic's Messages.
import {
  anthropicMessages,
  openaiResponses,
  startWireServer,
} from '../../packages/quality/conformance/dist/index.js';

export const ANSWER = 'Because of Rayleigh scattering.';
export const ANSWERING_TARGET = 'anthropic/claude-sonnet-5';

/** Starts the servers. OpenAI's models are overloaded, so that the chain of the README continues with Anthropic. */
export async function startVendor() {
  const openai = await startWireServer({ wire: openaiResponses, script: () => ({ failure: 'overloaded' }) });
  const anthropic = await startWireServer({ wire: anthropicMessages, script: () => ANSWER });
  return {
    stop: () => Promise.all([openai.close(), anthropic.close()]),
    /** Environment variables that make an application use the servers. */
    env: {
      OPENAI_API_KEY: 'sk-rehearsal',
      OPENAI_BASE_URL: openai.baseURL,
      ANTHROPIC_API_KEY: 'sk-ant-rehearsal',
      ANTHROPIC_BASE_URL: anthropic.baseURL,
    },
  };
}
