import { LlmError, type FinishReason, type JsonObject, type Replay, type Usage } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { EventWriter, tokenLogprobs, wireError, type WireReader } from '@majordomo/wire-kit';
import { drift } from '../reading/drift.ts';
import { failureOf } from '../failure/error-body.ts';
import { isEndMarker, parseMessage, unreadable } from '../reading/message.ts';
import { Notes } from '../reading/warn-once.ts';
import type { Absences } from '../schema/strict-tools.ts';
import { withBodyWait } from '../failure/retry-after.ts';
import { ItemKeys } from './item-keys.ts';
import { ItemWriter } from './item-writer.ts';
import {
  callArguments,
  contentText,
  isRefusal,
  onlyRefuses,
  isUnfinished,
  itemCitations,
  itemToken,
  otherContent,
  reasoningText,
  reasoningToken,
  stringOf,
} from './item-content.ts';
import { failedKind, finishReason, rawFinish } from './response.ts';
import { usage } from './usage.ts';
import { isWaiting, toolUsed, vendorPart } from './vendor-items.ts';
import type { OutputItem, ResponsesBody, ResponsesEvent } from './wire.ts';

/** What a reader has to know next to what comes. */
export interface ResponsesReaderOptions {
  /** Writes the events; its target stands in errors. */
  readonly scribe: EventWriter;
  /** Who may read this model's reasoning and ids again: see `responsesFamily`. */
  readonly family: string;
  /** What `toWire` said of schemas that were rewritten. */
  readonly absences?: Absences | undefined;
  /** What no error may show; asked when there is one. */
  readonly secrets?: (() => readonly string[]) | undefined;
}

/**
 * Reads Responses, streamed or whole, into events. Liberal: an answer is put together from whatever came of it,
 * fragments, whole items or the last event's output alone. Events that nobody knows are passed over.
 */
export class ResponsesReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: ResponsesReaderOptions;
  private readonly items: ItemWriter;
  private readonly keys = new ItemKeys();
  private readonly phases = new Set<string>();
  /** How often each tool ran at the vendor. */
  private readonly uses = new Map<string, number>();
  private isRefused = false;
  private hasLogprobs = false;
  private readonly notes: Notes;

  constructor(options: ResponsesReaderOptions) {
    this.options = options;
    this.writer = options.scribe;
    this.items = new ItemWriter(options.scribe, options.absences);
    this.notes = new Notes(options.scribe);
  }

  readMessage(data: string, event: string | undefined): void {
    if (isEndMarker(data)) {
      this.finish({}, undefined);
      return;
    }
    const parsed: ResponsesEvent = parseMessage(data, this.writer.target);
    const type = stringOf(parsed.type) || (event ?? '');
    this.guarded(type, () => {
      this.event(type, parsed);
    });
  }

  readBody(json: unknown): void {
    const { target } = this.writer;
    if (typeof json !== 'object' || json === null) throw drift(target, '', json);
    const body: ResponsesBody = json;
    this.refuseFailed(body, json, 200);
    if (!isList(body.output) && typeof body.output_text !== 'string')
      throw drift(target, 'output', body.output);
    this.guarded('output', () => {
      this.start(body);
      this.finish(body, rawFinish(body));
    });
  }

  end(): void {
    const { target } = this.writer;
    throw new LlmError('truncated', `${target} stopped without "response.completed"`, { target });
  }

  private event(type: string, event: ResponsesEvent): void {
    switch (type) {
      case 'response.output_text.delta':
        this.items.text('text', this.keys.of(event), stringOf(event.delta));
        if (event.logprobs !== undefined) this.logprobs(event.logprobs);
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.items.text('reasoning', this.keys.of(event), stringOf(event.delta));
        return;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.items.callText(this.keys.of(event), stringOf(event.delta));
        return;
      case 'response.refusal.delta':
        this.refuse(this.keys.of(event));
        this.items.text('text', this.keys.of(event), stringOf(event.delta));
        return;
      case 'response.output_text.done':
        this.items.fill('text', this.keys.of(event), stringOf(event.text));
        return;
      case 'response.refusal.done':
        this.refuse(this.keys.of(event));
        this.items.fill('text', this.keys.of(event), stringOf(event.refusal));
        return;
      case 'response.reasoning_summary_text.done':
      case 'response.reasoning_text.done':
        this.items.fill('reasoning', this.keys.of(event), stringOf(event.text));
        return;
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done':
        this.items.callWhole(this.keys.of(event), stringOf(event.arguments ?? event.input));
        return;
      default:
        this.rareEvent(type, event);
    }
  }

  private rareEvent(type: string, event: ResponsesEvent): void {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        this.start(event.response ?? {});
        return;
      case 'response.output_item.added':
        if (event.item) this.begin(event.item, this.keys.of(event, event.item));
        return;
      case 'response.output_item.done':
        if (event.item) this.settle(event.item, this.keys.of(event, event.item));
        return;
      case 'response.completed':
      case 'response.done':
      case 'response.incomplete':
        this.terminal(type, event);
        return;
      case 'response.failed':
      case 'response.cancelled':
      case 'error':
        throw this.failed(event.response?.error ?? event, undefined);
      default:
        // A server that knows the wire's events but not its errors.
        if (type === '' && event.error !== undefined && event.error !== null)
          throw this.failed(event, undefined);
    }
  }

  private terminal(type: string, { response }: ResponsesEvent): void {
    if (!response) throw drift(this.writer.target, 'response', response);
    this.refuseFailed(response, response, undefined);
    const raw = rawFinish(response);
    // Some servers repeat the status that the answer began with: the event's own name says more.
    const isStale = raw === undefined || raw === 'in_progress' || raw === 'queued';
    this.finish(response, isStale ? type.replace('response.', '').replace('done', 'completed') : raw);
  }

  private refuse(key: string): void {
    this.isRefused = true;
    this.items.refuse(key);
  }

  private start(body: ResponsesBody): void {
    this.writer.start(typeof body.id === 'string' && body.id !== '' ? body.id : undefined);
  }

  private begin(item: OutputItem, key: string): void {
    this.keys.begin(key);
    if (isCall(item)) {
      this.items.beginCall(key, stringOf(item.call_id), this.nameOf(item));
    } else if (item.type === 'message') {
      this.items.open(key, this.replay(itemToken(item)));
    }
  }

  /** An item that is over, whatever came of it before. */
  private settle(item: OutputItem, key: string): void {
    if (item.type === 'message') {
      if (isRefusal(item)) this.isRefused = true;
      if (onlyRefuses(item)) this.items.refuse(key);
      if (typeof item.phase === 'string') this.phases.add(item.phase);
      for (const type of otherContent(item))
        this.notes.tell(`content of type "${type}"`, 'no part of an answer holds it');
      if (!this.hasLogprobs)
        for (const part of item.content ?? NONE) this.writer.logprobs(tokenLogprobs(part?.logprobs));
      this.items.cite(key, itemCitations(item));
      this.items.endText('text', key, contentText(item), this.replay(itemToken(item)));
    } else if (item.type === 'reasoning') {
      this.items.endText('reasoning', key, reasoningText(item), this.replay(reasoningToken(item)));
    } else if (isCall(item)) {
      this.begin(item, key);
      const whole = callArguments(item);
      if (whole === undefined) throw drift(this.writer.target, `output[${key}].arguments`, item.arguments);
      this.items.endCall(key, whole, isUnfinished(item), this.replay(itemToken(item)));
    } else if (isWaiting(item)) {
      this.notes.tell(stringOf(item.type), 'it waits for the client to act: no part of an answer holds it');
    } else {
      this.count(toolUsed(item));
      this.items.vendor(vendorPart(item, this.options.family));
    }
    this.keys.end(key);
  }

  /** Those of a delta; the whole item says them again. */
  private logprobs(list: unknown): void {
    const tokens = tokenLogprobs(list);
    this.hasLogprobs ||= tokens.length > 0;
    this.writer.logprobs(tokens);
  }

  private count(tool: string | undefined): void {
    if (tool !== undefined) this.uses.set(tool, (this.uses.get(tool) ?? 0) + 1);
  }

  /** The vendor's own count of what its tools did, or ours: OpenAI tells none. */
  private usage({ usage: raw, service_tier: tier }: ResponsesBody): Usage | undefined {
    const told = raw ? usage(raw, tier) : undefined;
    if (told === undefined || this.uses.size === 0) return told;
    return { ...told, details: { serverTools: Object.fromEntries(this.uses), ...told.details } };
  }

  private finish(body: ResponsesBody, raw: string | undefined): void {
    const { target } = this.writer;
    this.writer.start();
    this.fillFrom(body);
    this.items.end();
    const reason = this.reason(raw);
    if (reason === 'content-filter' && !this.writer.hasContent) {
      throw new LlmError('content-filter', `${target} blocked its answer`, { target, code: raw });
    }
    if (raw === undefined) {
      this.notes.tell('finish reason', 'the answer ended without one', 'repaired');
    }
    if (this.items.leak.found) this.notes.tell('text', 'a tool call stood in it as text', 'repaired');
    this.writer.finish(reason, raw, this.usage(body));
    this.done = true;
  }

  /** What only the last event or the body holds: everything, the ends of calls, or messages that never came. */
  private fillFrom({ output, output_text: text }: ResponsesBody): void {
    const isNew = !this.items.any;
    for (const [at, item] of (output ?? NONE).entries()) {
      if (!item) continue;
      if (isNew) this.settle(item, String(at));
      else if (isCall(item)) this.settle(item, this.keys.ofCall(item.call_id) ?? `last${at}`);
      else if (item.type === 'message' && !this.items.hasText) this.settle(item, `last${at}`);
    }
    if (!this.items.any) this.items.text('text', '0', stringOf(text));
  }

  private reason(raw: string | undefined): FinishReason {
    const reason = finishReason(raw);
    if (this.isRefused) return 'refusal';
    if (reason !== 'stop') return reason;
    if (this.items.hasCalls) return 'tool-calls';
    return this.items.leak.found || this.isStillWorking() ? 'incomplete' : reason;
  }

  /** Only messages that a model speaks while it works, and none that is its answer. */
  private isStillWorking(): boolean {
    const { phases } = this;
    return phases.size > 0 && [...phases].every((phase) => phase === 'commentary' || phase === 'analysis');
  }

  private nameOf(item: OutputItem): string {
    if (typeof item.name === 'string' && item.name !== '') return item.name;
    throw drift(this.writer.target, 'output[].name', item.name);
  }

  private replay(data: JsonObject | undefined): Replay | undefined {
    return data === undefined ? undefined : { family: this.options.family, data };
  }

  private refuseFailed(body: ResponsesBody, whole: object, status: number | undefined): void {
    const isFailed = body.status === 'failed' || body.status === 'cancelled';
    if (!isFailed && (body.error === undefined || body.error === null)) return;
    throw this.failed(body.error ?? { message: `the response was ${String(body.status)}` }, status, whole);
  }

  private failed(body: unknown, status: number | undefined, whole: unknown = body): LlmError {
    const failure = failureOf(body);
    const { secrets } = this.options;
    const { target } = this.writer;
    return wireError({
      ...failure,
      status: status ?? failure.status,
      kind: failedKind(failure),
      headers: withBodyWait(undefined, body),
      target,
      body: whole,
      secrets: secrets?.() ?? [],
    });
  }

  private guarded(path: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      throw unreadable(error, this.writer.target, path);
    }
  }
}

const NONE: readonly never[] = [];

const isCall = ({ type }: OutputItem): boolean => type === 'function_call' || type === 'custom_tool_call';
