import { asRecord, asText } from '@majordomo/core/toolkit';
import { wordsOf, type ResponseContent, type ServerWire } from './response.ts';

const USAGE = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };

const callsOf = ({ toolCalls }: ResponseContent): readonly object[] =>
  toolCalls.map(({ name, args }, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));

const finishReason = ({ toolCalls }: ResponseContent): string =>
  toolCalls.length > 0 ? 'tool_calls' : 'stop';

const chunk = (model: string, rest: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model, ...rest })}\n\n`;

const delta = (model: string, change: object, reason: string | null = null): string =>
  chunk(model, { choices: [{ index: 0, delta: change, finish_reason: reason }] });

/** Conversion of responses to the format of OpenAI's Chat Completions API. */
export const chatCompletions: ServerWire = {
  complete: (content, model) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content.text === '' ? null : content.text,
          ...(content.toolCalls.length > 0 && { tool_calls: callsOf(content) }),
        },
        finish_reason: finishReason(content),
      },
    ],
    usage: USAGE,
  }),
  content: (content, model) => [
    delta(model, { role: 'assistant', content: '' }),
    ...wordsOf(content.text).map((word) => delta(model, { content: word })),
    ...callsOf(content).map((call, index) => delta(model, { tool_calls: [{ index, ...call }] })),
  ],
  finish(content, { model: given, stream_options: options }) {
    const model = asText(given) ?? '';
    const usage = asRecord(options)['include_usage'] === true;
    return [
      delta(model, {}, finishReason(content)),
      ...(usage ? [chunk(model, { choices: [], usage: USAGE })] : []),
      'data: [DONE]\n\n',
    ];
  },
  error: (status, message) => ({
    error: {
      message,
      type: status >= 500 ? 'server_error' : 'invalid_request_error',
      param: null,
      code: null,
    },
  }),
};
