import {
  LlmError,
  type AssistantPart,
  type FinishReason,
  type JsonObject,
  type PartHead,
  type Replay,
  type StreamEvent,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
} from '@majordomo/core';
import { Accumulator } from '@majordomo/core/toolkit';
import { approvalSigner } from './approval-id.ts';
import { citationsOf, sourceChunks } from './citations.ts';
import type { UiEvent } from './events.ts';
import { missedEvents, type Encoder, type Ending } from './response-stream.ts';
import { outputOf, textOfResult } from './tool-output.ts';
import type { UiFacts, UiMessageChunk, UiOptions } from './types.ts';

/** Version from which approvals, and from which resets have chunks. */
const APPROVALS = 6;
const RESETS = 7;

type OpenPart = { readonly type: PartHead['type']; readonly id: string };

/** Encodes the events of a response as chunks of the UI message stream protocol. */
export class ChunkEncoder implements Encoder<UiMessageChunk> {
  step: number;
  readonly messageId: string;
  private readonly options: UiOptions;
  private readonly version: number;
  private readonly open = new Map<number, OpenPart>();
  private readonly callIds = new Set<string>();
  private accumulator = new Accumulator('');
  private isStepOpen = false;
  /** Whether the page shows content of the current step. */
  private hasContent = false;

  constructor(options: UiOptions) {
    this.options = options;
    this.version = options.aiSdk ?? RESETS;
    this.messageId = options.messageId ?? options.input?.messageId ?? crypto.randomUUID();
    this.step = options.input?.steps ?? 0;
  }

  /** Parts of the current step. */
  get shown(): readonly AssistantPart[] {
    return this.accumulator.partial()?.parts ?? [];
  }

  start(): UiMessageChunk[] {
    const { decisions = [], messageId } = this.options.input ?? {};
    const denied = messageId === undefined ? [] : decisions.filter((decision) => 'deny' in decision);
    return [
      { type: 'start', messageId: this.messageId },
      // The agent emits no result for a denied call.
      ...denied.map(({ callId, deny }) => this.deniedChunk(callId, deny)),
    ];
  }

  event(event: UiEvent): UiMessageChunk[] {
    switch (event.type) {
      case 'step':
        return this.startStep(event.step);
      case 'model':
        return this.modelEvent(event.event);
      case 'tool-end':
        return [resultChunk(event.result)];
      case 'step-end':
        return this.endStep();
      case 'restart':
        return event.step === this.step ? this.reset('The process of the response ended.') : [];
      case 'missed':
        throw missedEvents();
      default:
        return event satisfies never;
    }
  }

  async ending({ awaiting, state }: Ending): Promise<UiMessageChunk[]> {
    const suspended = state?.suspended ?? [];
    const isSuspended = ({ id }: ToolCallPart): boolean => suspended.some(({ callId }) => callId === id);
    const asked = this.version < APPROVALS ? [] : awaiting.filter((call) => !isSuspended(call));
    const sign = await approvalSigner(this.options);
    const origin = { runId: state?.runId ?? this.messageId, steps: state?.steps ?? this.step };
    const requests = asked.map(async (call) => ({
      type: 'tool-approval-request',
      approvalId: await sign({ ...origin, call }),
      toolCallId: call.id,
    }));
    return [
      ...this.closeParts(),
      ...(awaiting.length === 0 ? [] : suspended.map(suspendedChunk)),
      ...(await Promise.all(requests)),
      ...this.endStep(),
    ];
  }

  last({ outcome }: Ending, facts: UiFacts | undefined, errorText: string | undefined): UiMessageChunk[] {
    const metadata = facts && this.metadata(facts);
    if (errorText === undefined && outcome !== 'stopped')
      return [
        {
          type: 'finish',
          finishReason: outcome === 'awaiting' ? 'tool-calls' : finishReason(facts?.finish),
          ...(metadata && { messageMetadata: metadata }),
        },
      ];
    return [
      ...(metadata ? [{ type: 'message-metadata', messageMetadata: metadata }] : []),
      errorText === undefined ? { type: 'abort' } : { type: 'error', errorText },
    ];
  }

  private metadata(facts: UiFacts): JsonObject | undefined {
    const { metadata = () => ({}) } = this.options;
    // Members without a value are left out, because a page merges them.
    const majordomo = JSON.parse(JSON.stringify(facts)) as JsonObject;
    return metadata === false ? undefined : { majordomo, ...metadata(facts) };
  }

  private startStep(step: number): UiMessageChunk[] {
    if (this.isStepOpen && step === this.step) return [];
    const chunks = this.endStep();
    this.forgetStep();
    this.step = step;
    this.isStepOpen = true;
    return [...chunks, { type: 'start-step' }];
  }

  private endStep(): UiMessageChunk[] {
    if (!this.isStepOpen) return [];
    this.isStepOpen = false;
    return [{ type: 'finish-step' }];
  }

  private forgetStep(): void {
    this.open.clear();
    this.callIds.clear();
    this.accumulator = new Accumulator('');
    this.hasContent = false;
  }

  private modelEvent(event: StreamEvent): UiMessageChunk[] {
    if (event.type === 'reset') return this.reset(event.error);
    // The next target continues the open parts.
    if (event.type === 'continued') return [];
    this.accumulator.push(event);
    const chunks = this.modelChunks(event);
    this.hasContent ||= chunks.length > 0;
    return chunks;
  }

  private modelChunks(event: Exclude<StreamEvent, { type: 'reset' | 'continued' }>): UiMessageChunk[] {
    switch (event.type) {
      case 'part-start':
        return this.startPart(event.index, event.part);
      case 'text-delta':
      case 'reasoning-delta': {
        const part = this.open.get(event.index);
        return part === undefined ? [] : [{ type: `${part.type}-delta`, id: part.id, delta: event.text }];
      }
      case 'args-delta': {
        const call = this.open.get(event.index);
        return call === undefined
          ? []
          : [{ type: 'tool-input-delta', toolCallId: call.id, inputTextDelta: event.json }];
      }
      case 'part-end':
        return this.endPart(event.index, event.part);
      case 'start':
      case 'warning':
      case 'finish':
        return [];
      default:
        return event satisfies never;
    }
  }

  private startPart(index: number, head: PartHead): UiMessageChunk[] {
    const { type } = head;
    if (type === 'reasoning' && this.options.reasoning === false) return [];
    const id = type === 'tool-call' ? this.uniqueCallId(head.id) : `${this.step}-${index}`;
    this.open.set(index, { type, id });
    return type === 'tool-call'
      ? [{ type: 'tool-input-start', toolCallId: id, toolName: head.name }]
      : [{ type: `${type}-start`, id }];
  }

  private endPart(index: number, part: AssistantPart): UiMessageChunk[] {
    if (part.type === 'vendor') return [this.vendorChunk(part.kind, part.text, part.replay)];
    const open = this.open.get(index);
    if (open === undefined) return [];
    this.open.delete(index);
    const metadata = this.replayOf(part.replay);
    if (part.type === 'tool-call') return [inputChunk(open.id, part, metadata)];
    if (part.type === 'reasoning') return [{ type: 'reasoning-end', id: open.id, ...metadata }];
    return this.endText(open.id, part, metadata);
  }

  private endText(id: string, { citations = [] }: TextPart, metadata: JsonObject): UiMessageChunk[] {
    if (this.options.sources === false || citations.length === 0)
      return [{ type: 'text-end', id, ...metadata }];
    const inText = this.version < RESETS ? {} : { citations: citationsOf(citations, id) };
    return [{ type: 'text-end', id, ...inText, ...metadata }, ...sourceChunks(citations, id)];
  }

  /** Removes the content of the step, or throws if the page cannot do that. */
  private reset(cause: unknown): UiMessageChunk[] {
    if (!this.isStepOpen) return [];
    const { hasContent } = this;
    if (hasContent && this.version < RESETS) throw unremovable(this.version, cause);
    this.forgetStep();
    return hasContent ? [{ type: 'reset-step' }] : [];
  }

  /** Ends open text, so that the page does not show it as streaming. */
  private closeParts(): UiMessageChunk[] {
    const texts = [...this.open.values()].filter(({ type }) => type !== 'tool-call');
    this.open.clear();
    return texts.map(({ type, id }) => ({ type: `${type}-end`, id }));
  }

  /** Two calls of a step with one id get separate ids, as in the agent. */
  private uniqueCallId(given: string): string {
    let id = given;
    for (let n = 2; this.callIds.has(id); n++) id = `${given}_${n}`;
    this.callIds.add(id);
    return id;
  }

  private replayOf(replay: Replay | undefined): JsonObject {
    if (replay === undefined || this.options.replay === false) return {};
    return { providerMetadata: { majordomo: { replay: { ...replay } } } };
  }

  private vendorChunk(kind: string, text: string | undefined, replay: Replay): UiMessageChunk {
    const token = this.options.replay === false ? {} : { replay: { ...replay } };
    return {
      type: 'data-majordomo-vendor',
      data: { kind, ...(text === undefined ? {} : { text }), ...token },
    };
  }

  private deniedChunk(toolCallId: string, reason: string): UiMessageChunk {
    return this.version < APPROVALS
      ? { type: 'tool-output-error', toolCallId, errorText: reason }
      : { type: 'tool-output-denied', toolCallId };
  }
}

function inputChunk(toolCallId: string, call: ToolCallPart, metadata: JsonObject): UiMessageChunk {
  const { name: toolName, args, invalid } = call;
  if (invalid === undefined)
    return { type: 'tool-input-available', toolCallId, toolName, input: args, ...metadata };
  const errorText = 'The arguments are not a JSON object.';
  return { type: 'tool-input-error', toolCallId, toolName, input: invalid.raw, errorText, ...metadata };
}

function resultChunk(result: ToolResultPart): UiMessageChunk {
  const toolCallId = result.callId;
  return result.isError === true
    ? { type: 'tool-output-error', toolCallId, errorText: textOfResult(result) }
    : { type: 'tool-output-available', toolCallId, output: outputOf(result) };
}

const suspendedChunk = ({ callId, payload }: JsonObject & { callId: string }): UiMessageChunk => ({
  type: 'data-majordomo-suspended',
  id: callId,
  data: { callId, payload },
});

function finishReason(finish: FinishReason | undefined): string {
  switch (finish) {
    case 'refusal':
      return 'content-filter';
    case 'incomplete':
      return 'other';
    default:
      return finish ?? 'stop';
  }
}

const unremovable = (version: number, cause: unknown): LlmError =>
  new LlmError(
    LlmError.is(cause) ? cause.kind : 'network',
    `response: the model failed in the middle of the text, which a page with version ${version} of the AI SDK cannot remove; send the message again`,
    LlmError.is(cause) ? { retryAfterMs: cause.details.retryAfterMs } : {},
    { cause },
  );
