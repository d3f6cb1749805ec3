import {
  LlmError,
  type AssistantPart,
  type FinishReason,
  type JsonObject,
  type PartHead,
  type Replay,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
} from '@majordomo/core';
import { approvalIds } from './approval-id.ts';
import { citationsOf, sourceChunks } from './citations.ts';
import type { Ending } from './response-stream.ts';
import { StepEncoder, type OpenPart } from './step-encoder.ts';
import { outputOf, textOfResult } from './tool-output.ts';
import type { UiFacts, UiMessageChunk, UiOptions } from './types.ts';

/** First version of the AI SDK that has chunks for approvals. */
const APPROVALS = 6;
const RESETS = 7;

/** Encodes the events of a response as chunks of the UI message stream protocol. */
export class ChunkEncoder extends StepEncoder<UiMessageChunk> {
  private readonly messageId: string;
  private readonly options: UiOptions;
  private readonly version: number;
  private readonly callIds = new Set<string>();

  constructor(options: UiOptions) {
    super();
    this.options = options;
    this.version = options.aiSdk ?? RESETS;
    this.messageId = options.messageId ?? options.input?.messageId ?? crypto.randomUUID();
    this.step = options.input?.steps ?? 0;
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

  async ending({ awaiting, state }: Ending): Promise<UiMessageChunk[]> {
    const calls = this.version < APPROVALS ? [] : awaiting;
    const origin = state ?? { runId: this.messageId, steps: this.step };
    const ids = await approvalIds(calls, origin, this.options);
    return [
      ...this.closeParts(),
      ...(awaiting.length === 0 ? [] : (state?.suspended ?? []).map(suspendedChunk)),
      ...Array.from(ids, ([toolCallId, approvalId]) => ({
        type: 'tool-approval-request',
        approvalId,
        toolCallId,
      })),
      ...this.endStep(),
    ];
  }

  last({ outcome }: Ending, facts: UiFacts | undefined, errorText: string | undefined): UiMessageChunk[] {
    const messageMetadata = facts && this.metadata(facts);
    const metadata = messageMetadata && { messageMetadata };
    if (errorText === undefined && outcome !== 'stopped') {
      const reason = outcome === 'awaiting' ? 'tool-calls' : finishReason(facts?.finish);
      return [{ type: 'finish', finishReason: reason, ...metadata }];
    }
    return [
      ...(metadata ? [{ type: 'message-metadata', ...metadata }] : []),
      errorText === undefined ? { type: 'abort' } : { type: 'error', errorText },
    ];
  }

  protected startStep(): UiMessageChunk[] {
    this.callIds.clear();
    return [{ type: 'start-step' }];
  }

  protected finishStep(): UiMessageChunk[] {
    return [{ type: 'finish-step' }];
  }

  protected removeContent(cause: unknown): UiMessageChunk[] {
    if (this.version < RESETS) throw unremovable(this.version, cause);
    this.callIds.clear();
    return [{ type: 'reset-step' }];
  }

  protected startPart(index: number, head: PartHead): UiMessageChunk[] {
    const { type } = head;
    if (type === 'reasoning' && this.options.reasoning === false) return [];
    const id = type === 'tool-call' ? this.uniqueCallId(head.id) : `${this.step}-${index}`;
    this.open.set(index, { type, id });
    return type === 'tool-call'
      ? [{ type: 'tool-input-start', toolCallId: id, toolName: head.name }]
      : [{ type: `${type}-start`, id }];
  }

  protected delta({ type, id }: OpenPart, text: string): UiMessageChunk {
    return type === 'tool-call'
      ? { type: 'tool-input-delta', toolCallId: id, inputTextDelta: text }
      : { type: `${type}-delta`, id, delta: text };
  }

  protected endPart(open: OpenPart | undefined, part: AssistantPart): UiMessageChunk[] {
    if (part.type === 'vendor') return [this.vendorChunk(part.kind, part.text, part.replay)];
    if (open === undefined) return [];
    const metadata = this.replayOf(part.replay);
    if (part.type === 'tool-call') return [inputChunk(open.id, part, metadata)];
    if (part.type === 'reasoning') return [{ type: 'reasoning-end', id: open.id, ...metadata }];
    return this.endText(open.id, part, metadata);
  }

  protected closePart({ type, id }: OpenPart): UiMessageChunk[] {
    return type === 'tool-call' ? [] : [{ type: `${type}-end`, id }];
  }

  protected toolResult(result: ToolResultPart): UiMessageChunk {
    const toolCallId = result.callId;
    return result.isError === true
      ? { type: 'tool-output-error', toolCallId, errorText: textOfResult(result) }
      : { type: 'tool-output-available', toolCallId, output: outputOf(result) };
  }

  private metadata(facts: UiFacts): JsonObject | undefined {
    const { metadata = () => ({}) } = this.options;
    // Omit members without a value: the page merges metadata, and `undefined` would replace an earlier value.
    const majordomo = JSON.parse(JSON.stringify(facts)) as JsonObject;
    return metadata === false ? undefined : { majordomo, ...metadata(facts) };
  }

  private endText(id: string, { citations = [] }: TextPart, metadata: JsonObject): UiMessageChunk[] {
    if (this.options.sources === false || citations.length === 0)
      return [{ type: 'text-end', id, ...metadata }];
    const inText = this.version < RESETS ? {} : { citations: citationsOf(citations, id) };
    return [{ type: 'text-end', id, ...inText, ...metadata }, ...sourceChunks(citations, id)];
  }

  /** Returns a different id for the second of two calls with the same id in one step, as the agent does. */
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
