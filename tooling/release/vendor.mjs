// A server on 127.0.0.1 that answers like OpenAI's Responses and Anthropic's Messages, complete or streamed.
import { once } from 'node:events';
import { createServer } from 'node:http';

export const ANSWER = 'Because of Rayleigh scattering.';
const USAGE = { input_tokens: 9, output_tokens: 6, total_tokens: 15 };

/** Starts the server. Its Anthropic models are overloaded, so that a chain continues with OpenAI. */
export async function startVendor() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isAnthropic = request.url.endsWith('/messages');
      const body = isAnthropic ? OVERLOADED : responseOf();
      response.writeHead(isAnthropic ? 529 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
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

const OVERLOADED = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

const responseOf = () => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-5.4-mini',
  output: [
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: ANSWER, annotations: [] }],
    },
  ],
  usage: USAGE,
});
