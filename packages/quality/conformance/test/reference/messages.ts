import {
  type AudioPart,
  type FilePart,
  type FinishReason,
  type ImagePart,
  type JsonObject,
  LlmError,
  type ModelRequest,
  type TurnMessage,
  type Usage,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { EventWriter, toolIdMapper, type WireReader } from '@majordomo/wire-kit';
import { type Dialogue, dropped, failureError } from './provider.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'incomplete',
};
const FAMILY = 'claude';

/** Dialogue of the Messages API, with a fixed thinking budget. */
export const messagesDialogue: Dialogue = {
  path: '/v1/messages',
  family: FAMILY,
  headers: (key) => ({ 'x-api-key': key }),
  body: (request, model, { delivery }) => ({
    model,
    max_tokens: request.maxTokens ?? 4096,
    messages: messages(request.messages),
    ...systemOf(request),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.topP === undefined ? {} : { top_p: request.topP }),
    ...(request.stop === undefined ? {} : { stop_sequences: request.stop }),
    ...(request.toolChoice === undefined ? {} : { tool_choice: toolChoice(request.toolChoice) }),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map(({ parameters, deferred: _, ...tool }) => ({
            ...tool,
            input_schema: parameters,
          })),
        }),
    ...(request.output === undefined
      ? {}
      : { output_config: { format: { type: 'json_schema', schema: request.output.schema } } }),
    ...(isThinkingEnabled(request)
      ? { thinking: { type: 'enabled', budget_tokens: request.reasoning === 'high' ? 8192 : 1024 } }
      : {}),
    ...(delivery === 'deltas' ? { stream: true } : {}),
  }),
  reader: (target) => new MessagesReader(target),
  warnings: ({ seed, logprobs }) => [
    ...(seed === undefined ? [] : [dropped('seed')]),
    ...(logprobs === undefined ? [] : [dropped('logprobs')]),
  ],
};

function systemOf({ system, cache }: ModelRequest): object {
  if (system === undefined) return {};
  if (cache === undefined || cache.prefix === 'none') return { system };
  const cache_control = { type: 'ephemeral', ...(cache.prefix === 'long' ? { ttl: '1h' } : {}) };
  return { system: [{ type: 'text', text: system, cache_control }] };
}

const CHOICES = { auto: 'auto', none: 'none', required: 'any' } as const;

const toolChoice = (choice: NonNullable<ModelRequest['toolChoice']>): object =>
  typeof choice === 'string' ? { type: CHOICES[choice] } : { type: 'tool', ...choice };

/** Whether thinking is enabled. A tool loop whose turn has no thinking continues without it. */
function isThinkingEnabled({ reasoning, messages: turns }: ModelRequest): boolean {
  const last = turns.findLast(({ role }) => role === 'assistant');
  const isLoop = turns.at(-1)?.role === 'tool';
  return (
    reasoning !== undefined &&
    (!isLoop || last?.parts[0]?.type !== 'tool-call') &&
    !(isLoop && isForeign(last))
  );
}

const isForeign = (turn: TurnMessage | undefined): boolean => {
  const [first] = turn?.parts ?? [];
  return first?.type !== 'reasoning' || first.replay?.family !== FAMILY;
};

function messages(turns: readonly TurnMessage[]): object[] {
  const mapId = toolIdMapper(turns, { maxLength: 64, pattern: /^[a-zA-Z0-9_-]+$/ });
  return turns.map((turn) => {
    if (turn.role === 'assistant')
      return { role: 'assistant', content: turn.parts.flatMap((part) => block(part, mapId)) };
    if (turn.role === 'tool') {
      return {
        role: 'user',
        content: turn.parts.map(({ callId, content, isError }) => ({
          type: 'tool_result',
          tool_use_id: mapId(callId),
          content: content.map((part) => (part.type === 'text' ? part : mediaBlock(part))),
          ...(isError === true ? { is_error: true } : {}),
        })),
      };
    }
    return {
      role: 'user',
      content: turn.parts.map((part) => (part.type === 'text' ? part : mediaBlock(part))),
    };
  });
}

function mediaBlock({ type, mediaType, bytes }: ImagePart | FilePart | AudioPart): object {
  if (type === 'audio') throw new LlmError('unsupported', 'this wire accepts no audio');
  const source = { type: 'base64', media_type: mediaType, data: toBase64(bytes) };
  return { type: type === 'image' ? 'image' : 'document', source };
}

function block(
  part: Extract<TurnMessage, { role: 'assistant' }>['parts'][number],
  mapId: (id: string) => string,
): object[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }];
  if (part.type === 'tool-call' || part.type === 'vendor-call')
    return [{ type: 'tool_use', id: mapId(part.id), name: part.name, input: part.args }];
  if (part.replay?.family !== FAMILY || part.type === 'image' || part.type === 'audio') return [];
  const data = part.replay.data as { signature?: string; redacted?: string; block?: object };
  if (data.block !== undefined) return [data.block];
  if (data.redacted !== undefined) return [{ type: 'redacted_thinking', data: data.redacted }];
  return [{ type: 'thinking', thinking: part.text, signature: data.signature }];
}

interface WireUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens_details?: { readonly thinking_tokens: number };
}
interface Cited {
  readonly url: string;
  readonly title: string;
}
interface Block {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly partial_json?: string;
  readonly citation?: Cited;
  readonly citations?: readonly Cited[];
}
/** Block of a vendor tool and its partial input. */
interface VendorToolBlock {
  readonly block: Block;
  json: string;
}
interface Event {
  readonly type: string;
  readonly index?: number;
  readonly message?: { readonly id: string; readonly model: string; readonly usage?: WireUsage };
  readonly content_block?: Block;
  readonly delta?: Block & { readonly stop_reason?: string };
  readonly usage?: WireUsage;
}
interface Body {
  readonly type: string;
  readonly id: string;
  readonly model: string;
  readonly content?: readonly Block[];
  readonly stop_reason: string;
  readonly usage?: WireUsage;
}

class MessagesReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly cited: Cited[] = [];
  private ran: VendorToolBlock | undefined;

  constructor(target: string) {
    this.writer = new EventWriter(target, { collects: true });
  }

  readMessage(data: string): void {
    const { type, message, index = 0, content_block: startedBlock, delta, usage } = JSON.parse(data) as Event;
    const key = String(index);
    if (type === 'error') throw failureError(data, this.writer.target, undefined);
    if (type === 'message_start') this.writer.start(message?.id, message?.model);
    else if (type === 'content_block_start' && startedBlock) this.open(key, startedBlock);
    else if (type === 'content_block_delta' && delta) this.delta(key, delta);
    else if (type === 'content_block_stop') this.close(key);
    else if (type === 'message_delta') this.finish(delta?.stop_reason ?? '', usage);
  }

  readBody(json: unknown): void {
    const { type, id, model, content, stop_reason: reason, usage } = json as Body;
    if (type === 'error') throw failureError(JSON.stringify(json), this.writer.target, undefined);
    if (content === undefined) throw new LlmError('protocol', 'no content', { target: this.writer.target });
    this.writer.start(id, model);
    content.forEach((part, index) => {
      const key = String(index);
      this.open(key, part);
      if (part.type === 'tool_use') this.writer.toolCall(key, { json: JSON.stringify(part.input) });
      else this.delta(key, part);
      this.cited.push(...(part.citations ?? []));
      this.close(key);
    });
    this.finish(reason, usage);
  }

  end(): void {
    if (!this.done) throw new LlmError('truncated', 'no stop reason', { target: this.writer.target });
  }

  private open(key: string, block: Block): void {
    const { type, id, name, data } = block;
    if (type === 'server_tool_use' || type === 'web_search_tool_result') this.ran = { block, json: '' };
    if (type === 'tool_use') this.writer.toolCall(key, { id, name });
    if (type === 'redacted_thinking')
      this.writer.reasoning('', { family: FAMILY, data: { redacted: data ?? '' } }, key);
  }

  private close(key: string): void {
    this.writer.cite(this.cited.splice(0).map(({ url, title }) => ({ url, title })));
    if (this.ran !== undefined) this.keep(this.ran);
    this.ran = undefined;
    this.writer.end(key);
  }

  private keep({ block: startedBlock, json }: VendorToolBlock): void {
    const block = json === '' ? startedBlock : { ...startedBlock, input: JSON.parse(json) as unknown };
    const { query } = (block.input ?? {}) as { readonly query?: string };
    this.writer.vendor({
      kind: block.type,
      text: query,
      replay: { family: FAMILY, data: { block: block as object as JsonObject } },
    });
  }

  private delta(
    key: string,
    { text = '', thinking = '', signature, partial_json: json, citation }: Block,
  ): void {
    if (citation !== undefined) this.cited.push(citation);
    if (text !== '') this.writer.text(text, key);
    if (thinking !== '') this.writer.reasoning(thinking, undefined, key);
    if (signature !== undefined) this.writer.reasoning('', { family: FAMILY, data: { signature } }, key);
    if (json !== undefined && this.ran !== undefined) this.ran.json += json;
    else if (json !== undefined) this.writer.toolCall(key, { json });
  }

  private finish(raw: string, usage: WireUsage | undefined): void {
    this.done = true;
    this.writer.facts({ wire: 'anthropic-messages' });
    this.writer.finish(REASONS[raw] ?? 'other', raw, usage === undefined ? undefined : usageOf(usage));
  }
}

const usageOf = (usage: WireUsage): Usage => ({
  input: usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
  output: usage.output_tokens,
  cacheRead: usage.cache_read_input_tokens,
  cacheWrite: usage.cache_creation_input_tokens,
  reasoning: usage.output_tokens_details?.thinking_tokens,
});
