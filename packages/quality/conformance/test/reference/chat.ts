import {
  type FinishReason,
  LlmError,
  type ModelRequest,
  type TurnMessage,
  type Usage,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { EventWriter, toolIdMapper, type WireReader } from '@majordomo/wire-kit';
import { tokenLogprobs } from '@majordomo/wire-kit/internal';
import { type Dialogue, dropped, failureError } from './provider.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
};

interface Message {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly refusal?: string | null;
  readonly annotations?: readonly {
    readonly url_citation: {
      readonly url: string;
      readonly title: string;
      readonly start_index: number;
      readonly end_index: number;
    };
  }[];
  readonly tool_calls?: readonly {
    readonly index?: number;
    readonly id?: string;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
}
interface Body {
  readonly id?: string;
  readonly model?: string;
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: Message;
    readonly message?: Message;
    readonly finish_reason?: string | null;
    readonly logprobs?: { readonly content: unknown } | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: number };
    readonly completion_tokens_details: { readonly reasoning_tokens: number };
  } | null;
}

/** Dialogue of Chat Completions, with DeepSeek's reasoning field. */
export const chatDialogue: Dialogue = {
  path: '/chat/completions',
  family: 'chat-reasoning@reference',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  body: (request, model, { delivery }) => ({
    model,
    messages: messages(request),
    ...(request.maxTokens === undefined ? {} : { max_completion_tokens: request.maxTokens }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.topP === undefined ? {} : { top_p: request.topP }),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...(request.stop === undefined ? {} : { stop: request.stop }),
    ...(request.logprobs === undefined ? {} : { logprobs: true, top_logprobs: request.logprobs }),
    ...(request.reasoning === undefined ? {} : { reasoning_effort: request.reasoning }),
    ...(request.toolChoice === undefined ? {} : { tool_choice: toolChoice(request.toolChoice) }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(({ deferred: _, ...tool }) => ({
            type: 'function',
            function: { ...tool, parameters: { properties: {}, ...tool.parameters } },
          })),
        }),
    ...(request.output === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { ...request.output, strict: true } } }),
    ...(delivery === 'deltas' ? { stream: true, stream_options: { include_usage: true } } : {}),
  }),
  reader: (target, family) => new ChatReader(target, family),
  warnings: ({ cache, messages: turns }) => [
    ...(cache === undefined || cache.prefix === 'none' ? [] : [dropped('cache')]),
    ...(turns.some(hasImageInResult) ? [dropped('images of tool results')] : []),
  ],
};

const hasImageInResult = (turn: TurnMessage): boolean =>
  turn.role === 'tool' && turn.parts.some(({ content }) => content.some(({ type }) => type === 'image'));

const toolChoice = (choice: NonNullable<ModelRequest['toolChoice']>): unknown =>
  typeof choice === 'string' ? choice : { type: 'function', function: choice };

function messages({ messages: turns, system }: ModelRequest): object[] {
  const mapId = toolIdMapper(turns, { maxLength: 40, pattern: /^/ });
  const head = system === undefined ? [] : [{ role: 'system', content: system }];
  return [...head, ...turns.flatMap((turn) => message(turn, mapId))];
}

function message(turn: TurnMessage, mapId: (id: string) => string): object[] {
  if (turn.role === 'user') {
    return [
      {
        role: 'user',
        content: turn.parts.map((part) => {
          if (part.type === 'text') return part;
          if (part.type === 'audio')
            return { type: 'input_audio', input_audio: { data: toBase64(part.bytes), format: 'wav' } };
          const url = `data:${part.mediaType};base64,${toBase64(part.bytes)}`;
          return part.type !== 'file'
            ? { type: 'image_url', image_url: { url } }
            : { type: 'file', file: { filename: part.name, file_data: url } };
        }),
      },
    ];
  }
  if (turn.role === 'tool') {
    return turn.parts.map(({ callId, content, isError }) => {
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      return {
        role: 'tool',
        tool_call_id: mapId(callId),
        content: isError === true ? `ERROR: ${text}` : text,
      };
    });
  }
  const calls = turn.parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: mapId(part.id),
            type: 'function',
            function: { name: part.name, arguments: JSON.stringify(part.args) },
          },
        ]
      : [],
  );
  const reasoning = turn.parts.flatMap((part) =>
    part.type === 'reasoning' && part.replay?.family === chatDialogue.family ? [part.text] : [],
  );
  return [
    {
      role: 'assistant',
      content: turn.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      ...(reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

class ChatReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly family: string;
  private finish: string | undefined;
  private isRefusal = false;
  private usage: Usage | undefined;

  constructor(target: string, family: string) {
    this.writer = new EventWriter(target, { collects: true });
    this.family = family;
  }

  readMessage(data: string): void {
    if (data === '[DONE]') this.mark();
    else this.read(JSON.parse(data) as Body, data);
  }

  readBody(json: unknown): void {
    this.read(json as Body, JSON.stringify(json));
    this.end();
  }

  end(): void {
    if (this.finish === undefined)
      throw new LlmError('truncated', 'no finish reason', { target: this.writer.target });
    if (this.done) return;
    this.done = true;
    const reason = this.isRefusal ? 'refusal' : (REASONS[this.finish] ?? 'other');
    this.writer.finish(reason, this.finish, this.usage);
  }

  // Some streams have only an end marker.
  private mark(): void {
    if (this.finish === undefined) {
      this.finish = '';
      this.writer.warning({ action: 'repaired', what: 'finish', why: 'the stream had an end marker only' });
    }
    this.end();
  }

  private read(body: Body, text: string): void {
    if (body.error !== undefined) throw failureError(text, this.writer.target, undefined);
    if (body.choices === undefined)
      throw new LlmError('protocol', 'no choices', { target: this.writer.target });
    this.writer.start(body.id, body.model);
    this.writer.facts({ wire: 'openai-chat' });
    for (const { delta, message: complete, finish_reason: finish, logprobs } of body.choices) {
      this.part(delta ?? complete ?? {});
      if (logprobs) this.writer.logprobs(tokenLogprobs(logprobs.content));
      if (typeof finish === 'string') this.finish = finish;
    }
    if (body.usage) this.usage = usageOf(body.usage);
  }

  private part({
    content,
    annotations = [],
    reasoning_content: reasoning,
    refusal,
    tool_calls: calls = [],
  }: Message): void {
    if (reasoning) this.writer.reasoning(reasoning, { family: this.family, data: null });
    if (content) this.writer.text(content);
    this.writer.cite(
      annotations.map(({ url_citation: { url, title, start_index: start, end_index: end } }) => ({
        url,
        title,
        start,
        end,
      })),
    );
    if (refusal) {
      this.isRefusal = true;
      this.writer.refusal(refusal);
    }
    calls.forEach(({ index, id, function: toolFunction }, at) => {
      this.writer.toolCall(String(index ?? at), {
        id,
        name: toolFunction?.name,
        json: toolFunction?.arguments,
      });
    });
  }
}

const usageOf = (usage: NonNullable<Body['usage']>): Usage => ({
  input: usage.prompt_tokens,
  output: usage.completion_tokens,
  cacheRead: usage.prompt_tokens_details.cached_tokens,
  cacheWrite: usage.prompt_tokens_details.cache_write_tokens,
  reasoning: usage.completion_tokens_details.reasoning_tokens,
});
