import { openaiChat } from '../wires/openai-chat.mjs';

/** Nobody listens there. */
export const BASE_URL = 'http://127.0.0.1:9/v1';

const BODY = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: openaiChat.model,
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
/** A `fetch` of Chat Completions without a network. */
export const answering = async () => new Response(BODY, { headers: { 'content-type': 'application/json' } });
