import { LlmError, type FinishReason, type JsonObject, type Replay, type Usage } from '@majordomo/core';
import { asNumber, asRecord, asText, isList } from '@majordomo/core/toolkit';
import { EventWriter, OnceWarnings, wireError, type WireReader } from '@majordomo/wire-kit';
import { otherMembers, tokenLogprobs } from '@majordomo/wire-kit/internal';
import { parseFailure, withBodyWait } from '../failure/reported-failure.ts';
import { isEndMarker, parseMessage, unexpectedValueError, unreadableError } from '../reading/message.ts';
import type { ReaderOptions } from '../reading/reader-options.ts';
import type { ResponsesFacts } from './facts.ts';
import { ItemKeys } from './item-keys.ts';
import { ItemWriter } from './item-writer.ts';
import {
  callArguments,
  contentText,
  customArguments,
  isRefusal,
  onlyRefuses,
  isUnfinished,
  itemCitations,
  itemToken,
  programIdOf,
  otherContent,
  reasoningText,
  reasoningToken,
  stringOf,
} from './item-content.ts';
import { KNOWN_MEMBERS } from './response-members.ts';
import { failedKind, finishReason, rawFinish } from './response.ts';
import { usage } from './usage.ts';
import { vendorCallOf } from './vendor-calls.ts';
import { generatedImageOf, toolUsed, vendorPart } from './vendor-parts.ts';
import type { OutputItem, ResponsesBody, ResponsesEvent } from './wire.ts';

export interface ResponsesReaderOptions extends ReaderOptions {
  /** Id of the group of models that can read this model's reasoning. See `responsesFamily`. */
  readonly family: string;
}

/** Converts a response to events. Reads fragments, complete items, or the output of the last event. Ignores unknown events. */
export class ResponsesReader implements WireReader {
  readonly writer: EventWriter;
  done = false;
  private readonly options: ResponsesReaderOptions;
  private readonly items: ItemWriter;
  private readonly keys = new ItemKeys();
  private readonly phases = new Set<string>();
  /** Number of runs of each tool that the vendor ran. */
  private readonly toolRuns = new Map<string, number>();
  /** Names of the called tools, by the key of the item. */
  private readonly toolNames = new Map<string, string>();
  private isRefused = false;
  /** Whether an item waits for an action of the client. */
  private isWaiting = false;
  private hasLogprobs = false;
  private readonly warnings: OnceWarnings;

  constructor(options: ResponsesReaderOptions) {
    this.options = options;
    this.writer = options.writer;
    this.items = new ItemWriter(options.writer, options.originals);
    this.warnings = new OnceWarnings(options.writer);
  }

  readMessage(data: string, event: string | undefined): void {
    if (isEndMarker(data)) {
      this.finish({}, undefined);
      return;
    }
    const parsed: ResponsesEvent = parseMessage(data, this.writer.target);
    const type = stringOf(parsed.type) || (event ?? '');
    this.catchUnreadable(type, () => {
      this.event(type, parsed);
    });
  }

  readBody(json: unknown): void {
    const { target } = this.writer;
    if (typeof json !== 'object' || json === null) throw unexpectedValueError(target, '', json);
    const body: ResponsesBody = json;
    this.throwIfFailed(body, json, 200);
    if (!isList(body.output) && typeof body.output_text !== 'string')
      throw unexpectedValueError(target, 'output', body.output);
    this.catchUnreadable('output', () => {
      this.start(body);
      this.finish(body, rawFinish(body));
    });
  }

  end(): void {
    const { target } = this.writer;
    throw new LlmError(
      'truncated',
      `${target}: the stream ended without "response.completed"; error.details.partial contains the content that arrived`,
      { target },
    );
  }

  private event(type: string, event: ResponsesEvent): void {
    switch (type) {
      case 'response.output_text.delta':
        this.items.text('text', this.keys.keyOf(event), stringOf(event.delta));
        if (event.logprobs !== undefined) this.logprobs(event.logprobs);
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.items.text('reasoning', this.keys.keyOf(event), stringOf(event.delta));
        return;
      // The complete input of a custom tool follows, and becomes the arguments.
      case 'response.custom_tool_call_input.delta':
        return;
      case 'response.function_call_arguments.delta':
        this.items.appendArguments(this.keys.keyOf(event), stringOf(event.delta));
        return;
      case 'response.refusal.delta':
        this.markRefusal(this.keys.keyOf(event));
        this.items.text('text', this.keys.keyOf(event), stringOf(event.delta));
        return;
      case 'response.output_text.done':
        this.items.fill('text', this.keys.keyOf(event), stringOf(event.text));
        return;
      case 'response.refusal.done':
        this.markRefusal(this.keys.keyOf(event));
        this.items.fill('text', this.keys.keyOf(event), stringOf(event.refusal));
        return;
      case 'response.reasoning_summary_text.done':
      case 'response.reasoning_text.done':
        this.items.fill('reasoning', this.keys.keyOf(event), stringOf(event.text));
        return;
      case 'response.function_call_arguments.done':
        this.items.setArguments(this.keys.keyOf(event), stringOf(event.arguments));
        return;
      case 'response.custom_tool_call_input.done':
        this.setInput(this.keys.keyOf(event), stringOf(event.input));
        return;
      default:
        this.lifecycleEvent(type, event);
    }
  }

  private lifecycleEvent(type: string, event: ResponsesEvent): void {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        this.start(event.response ?? {});
        return;
      case 'response.output_item.added':
        if (event.item) this.beginItem(event.item, this.keys.keyOf(event, event.item));
        return;
      case 'response.output_item.done':
        if (event.item) this.endItem(event.item, this.keys.keyOf(event, event.item));
        return;
      case 'response.completed':
      case 'response.done':
      case 'response.incomplete':
        this.terminal(type, event);
        return;
      case 'response.failed':
      case 'response.cancelled':
      case 'error':
        this.reportUsage(event.response);
        throw this.failureError(event.response?.error ?? event, undefined);
      default:
        // Some servers send error events without a type.
        if (type === '' && event.error !== undefined && event.error !== null)
          throw this.failureError(event, undefined);
    }
  }

  private terminal(type: string, { response }: ResponsesEvent): void {
    if (!response) throw unexpectedValueError(this.writer.target, 'response', response);
    this.throwIfFailed(response, response, undefined);
    const raw = rawFinish(response);
    // Some servers repeat the initial status in the last event. The name of that event is correct.
    const isStale = raw === undefined || raw === 'in_progress' || raw === 'queued';
    this.finish(response, isStale ? type.replace('response.', '').replace('done', 'completed') : raw);
  }

  private markRefusal(key: string): void {
    this.isRefused = true;
    this.items.markRefusal(key);
  }

  private start(body: ResponsesBody): void {
    this.writer.start(typeof body.id === 'string' && body.id !== '' ? body.id : undefined, body.model);
  }

  private readFacts(body: ResponsesBody): void {
    this.writer.model(body.model);
    this.writer.facts<ResponsesFacts>({
      wire: 'openai-responses',
      id: asText(body.id),
      conversationId: asText(asRecord(body.conversation)['id']),
      other: otherMembers(body, KNOWN_MEMBERS),
    });
  }

  private beginItem(item: OutputItem, key: string): void {
    this.keys.begin(key);
    if (isCall(item)) {
      const name = this.nameOf(item);
      this.items.beginCall(key, stringOf(item.call_id), name);
      this.toolNames.set(key, name);
    } else if (item.type === 'message') {
      this.items.openMessage(key, this.replay(itemToken(item)));
    }
  }

  private endItem(item: OutputItem, key: string): void {
    if (item.type === 'message') {
      if (isRefusal(item)) this.isRefused = true;
      if (onlyRefuses(item)) this.items.markRefusal(key);
      if (typeof item.phase === 'string') this.phases.add(item.phase);
      for (const type of otherContent(item))
        this.warnings.warn(`content of type "${type}"`, 'a response cannot contain it');
      if (!this.hasLogprobs)
        for (const part of item.content ?? NONE) this.writer.logprobs(tokenLogprobs(part?.logprobs));
      this.items.cite(key, itemCitations(item));
      this.items.endText('text', key, contentText(item), this.replay(itemToken(item)));
    } else if (item.type === 'reasoning') {
      this.items.endText('reasoning', key, reasoningText(item), this.replay(reasoningToken(item)));
    } else if (isCall(item)) {
      // In the output of a complete response, an item has no separate start.
      this.beginItem(item, key);
      const json =
        item.type === 'custom_tool_call' ? this.inputArguments(this.nameOf(item), item) : callArguments(item);
      if (json === undefined)
        throw unexpectedValueError(this.writer.target, `output[${key}].arguments`, item.arguments);
      this.items.endCall(key, json, isUnfinished(item), this.replay(itemToken(item)), programIdOf(item));
    } else {
      this.countRun(toolUsed(item));
      const { family } = this.options;
      const call = vendorCallOf(item, family);
      if (call !== undefined) this.isWaiting = true;
      const part = call ?? generatedImageOf(item, family) ?? vendorPart(item, family);
      this.items.vendor(part);
    }
    this.keys.end(key);
  }

  private setInput(key: string, input: string): void {
    const name = this.toolNames.get(key);
    if (name !== undefined) this.items.setArguments(key, this.inputArguments(name, { input }) ?? '');
  }

  private inputArguments(name: string, item: OutputItem): string | undefined {
    return customArguments(item, this.options.customInputs?.get(name));
  }

  /** Writes the log probabilities of a delta. If a delta contains any, the log probabilities of complete items are ignored. */
  private logprobs(list: unknown): void {
    const tokens = tokenLogprobs(list);
    this.hasLogprobs ||= tokens.length > 0;
    this.writer.logprobs(tokens);
  }

  private countRun(tool: string | undefined): void {
    if (tool !== undefined) this.toolRuns.set(tool, (this.toolRuns.get(tool) ?? 0) + 1);
  }

  /** Returns the usage. Adds the number of runs of each tool, unless the vendor reports the number. */
  private usage({ usage: raw, service_tier: tier, tool_usage: tools }: ResponsesBody): Usage | undefined {
    const reported = raw ? usage(raw, tier) : undefined;
    if (reported === undefined) return undefined;
    const runs = new Map(this.toolRuns);
    const searches = asNumber(tools?.web_search?.num_requests);
    if (searches !== undefined) runs.set('web_search', searches);
    if (searches === 0) runs.delete('web_search');
    if (runs.size === 0) return reported;
    return { ...reported, details: { serverTools: Object.fromEntries(runs), ...reported.details } };
  }

  private warnOfRemovals({ input_transformations: changes }: ResponsesBody): void {
    const removed = (changes ?? NONE).filter(
      (each) => each?.action === 'removed' && each.type === 'reasoning',
    );
    const reasons = new Set(
      removed.map((each) => stringOf(each?.reason) || 'the vendor removed reasoning from the input'),
    );
    if (reasons.size > 0) this.warnings.warn('reasoning', [...reasons].join(', '));
  }

  private reportUsage(body: ResponsesBody | null | undefined): void {
    const reported = body ? this.usage(body) : undefined;
    if (reported !== undefined) this.options.reportUsage?.(reported);
  }

  private finish(body: ResponsesBody, raw: string | undefined): void {
    const { target } = this.writer;
    this.reportUsage(body);
    this.writer.start();
    this.readFacts(body);
    this.readOutput(body);
    this.warnOfRemovals(body);
    this.items.end();
    if ((raw === 'queued' || raw === 'in_progress') && body.background === true)
      throw backgroundError(target, body, raw);
    const reason = this.reason(raw);
    if (reason === 'content-filter' && !this.writer.hasContent) {
      throw new LlmError('content-filter', `${target}: the vendor blocked the response`, {
        target,
        code: raw,
      });
    }
    if (raw === undefined) {
      this.warnings.warn('finish reason', 'the response ended without one', 'repaired');
    }
    if (this.items.leakedCalls.found)
      this.warnings.warn('text', 'a tool call that the model wrote as text was removed', 'repaired');
    this.writer.finish(reason, raw, this.usage(body));
    this.done = true;
  }

  /** Processes all items of the output if none has arrived. Otherwise, processes calls, and messages if no text has arrived. */
  private readOutput({ output, output_text: text }: ResponsesBody): void {
    const isNew = !this.items.hasItems;
    // The prefix `last` distinguishes the key from those of the events, which may have other indexes.
    for (const [at, item] of (output ?? NONE).entries()) {
      if (!item) continue;
      if (isNew) this.endItem(item, String(at));
      else if (isCall(item)) this.endItem(item, this.keys.keyOfCall(item.call_id) ?? `last${at}`);
      else if (item.type === 'message' && !this.items.hasText) this.endItem(item, `last${at}`);
    }
    if (!this.items.hasItems) this.items.text('text', '0', stringOf(text));
  }

  private reason(raw: string | undefined): FinishReason {
    const reason = finishReason(raw);
    if (this.isRefused) return 'refusal';
    if (reason !== 'stop') return reason;
    if (this.items.hasCalls || this.isWaiting) return 'tool-calls';
    return this.items.leakedCalls.found || this.hasOnlyIntermediateMessages() ? 'incomplete' : reason;
  }

  /** Whether the model wrote intermediate messages but no final message. */
  private hasOnlyIntermediateMessages(): boolean {
    const { phases } = this;
    return phases.size > 0 && [...phases].every((phase) => phase === 'commentary' || phase === 'analysis');
  }

  private nameOf(item: OutputItem): string {
    if (typeof item.name === 'string' && item.name !== '') return item.name;
    throw unexpectedValueError(this.writer.target, 'output[].name', item.name);
  }

  private replay(data: JsonObject | undefined): Replay | undefined {
    return data === undefined ? undefined : { family: this.options.family, data };
  }

  private throwIfFailed(body: ResponsesBody, rawBody: object, status: number | undefined): void {
    const isFailed = body.status === 'failed' || body.status === 'cancelled';
    if (!isFailed && (body.error === undefined || body.error === null)) return;
    this.reportUsage(body);
    throw this.failureError(
      body.error ?? { message: `the response was ${String(body.status)}` },
      status,
      rawBody,
    );
  }

  private failureError(error: unknown, status: number | undefined, body: unknown = error): LlmError {
    const failure = parseFailure(error);
    const { secrets } = this.options;
    const { target } = this.writer;
    return wireError({
      ...failure,
      status: status ?? failure.status,
      kind: failedKind(failure),
      headers: withBodyWait(undefined, error),
      target,
      body,
      secrets: secrets?.() ?? [],
    });
  }

  private catchUnreadable(path: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      throw unreadableError(error, this.writer.target, path);
    }
  }
}

const NONE: readonly never[] = [];

/** Returns the error for a response that the vendor computes in the background. Another target would compute it again. */
const backgroundError = (target: string, { id }: ResponsesBody, status: string): LlmError =>
  new LlmError(
    'unsupported',
    `${target}: the response ${stringOf(id)} is ${status}, because the request set \`background\`; omit \`background\`, or retrieve the response with the SDK`,
    { target, code: 'background', path: 'background' },
  );

const isCall = ({ type }: OutputItem): boolean => type === 'function_call' || type === 'custom_tool_call';
