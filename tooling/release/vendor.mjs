// A server on 127.0.0.1 that answers like OpenAI's Responses and Anthropic's Messages.
import { once } from 'node:events';
import { createServer } from 'node:http';

export const ANSWER = 'Because of Rayleigh scattering.';
export const ANSWERING_TARGET = 'anthropic/claude-sonnet-5';

/** Starts the server. Its OpenAI models are overloaded, so that the chain of the README continues with Anthropic. */
export async function startVendor() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isAnthropic = request.url.endsWith('/messages');
      response.writeHead(isAnthropic ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isAnthropic ? MESSAGE : OVERLOADED));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    stop: () => server.close(),
    /** Environment variables that make an application use the server. */
    env: {
      OPENAI_API_KEY: 'sk-rehearsal',
      OPENAI_BASE_URL: `${url}/v1`,
      ANTHROPIC_API_KEY: 'sk-ant-rehearsal',
      ANTHROPIC_BASE_URL: url,
    },
  };
}

const OVERLOADED = { error: { type: 'server_error', message: 'The engine is currently overloaded' } };

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5',
  content: [{ type: 'text', text: ANSWER }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 9, output_tokens: 6 },
};
