import { chunks, type DemoAnswer, type DemoWire } from './wire.ts';

const USAGE = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

const toolCall = ({ tool, args }: Exclude<DemoAnswer, string>): object => ({
  id: 'call_1',
  type: 'function',
  function: { name: tool, arguments: JSON.stringify(args) },
});

const finishReason = (answer: DemoAnswer): string => (typeof answer === 'string' ? 'stop' : 'tool_calls');

const chunk = (model: string, rest: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model, ...rest })}\n\n`;

const choice = (delta: object, reason: string | null = null): object => ({
  choices: [{ index: 0, delta, finish_reason: reason }],
});

export const openaiChat: DemoWire = {
  basePath: '/v1',
  complete: (answer, model) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message:
          typeof answer === 'string'
            ? { role: 'assistant', content: answer }
            : { role: 'assistant', content: null, tool_calls: [toolCall(answer)] },
        finish_reason: finishReason(answer),
      },
    ],
    usage: USAGE,
  }),
  content: (answer, model) => {
    const deltas =
      typeof answer === 'string'
        ? chunks(answer).map((content) => ({ content }))
        : [{ tool_calls: [{ index: 0, ...toolCall(answer) }] }];
    return [{ role: 'assistant', content: '' }, ...deltas].map((delta) => chunk(model, choice(delta)));
  },
  finish: (answer, model) => [
    chunk(model, choice({}, finishReason(answer))),
    chunk(model, { choices: [], usage: USAGE }),
    'data: [DONE]\n\n',
  ],
  failure: (_status, message) => ({ error: { message, type: 'server_error', param: null, code: null } }),
};
