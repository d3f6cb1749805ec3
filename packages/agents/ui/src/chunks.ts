import type { RunState } from '@majordomo/agent';
import { suspendedCalls } from '@majordomo/agent/steps';
import {
  LlmError,
  type AssistantPart,
  type AudioPart,
  type FilePart,
  type ImagePart,
  type Citation,
  type FinishReason,
  type JsonObject,
  type PartHead,
  type Replay,
  type StreamEvent,
  type TextPart,
  type ToolCallPart,
  type VendorCallPart,
} from '@majordomo/core';
import { Accumulator, asToolCall, toBase64, type AnsweredCall } from '@majordomo/core/toolkit';
import { approvalIds } from './approval-id.ts';
import type { SourceResult, UiEvent } from './events.ts';
import { innerCalls } from './inner-calls.ts';
import { defined, outputState } from './tool-output.ts';
import type { UiEnd, UiFacts, UiMessageChunk, UiOptions } from './types.ts';

// First major versions of the AI SDK that have chunks for approvals and for resets.
const APPROVALS = 6;
const RESETS = 7;

/** Error text for a call whose arguments are invalid. */
export const INVALID_ARGUMENTS = 'The arguments are not a JSON object.';

/** Part whose start was sent to the page, but not its end. */
interface OpenPart {
  readonly type: PartHead['type'];
  readonly id: string;
}

/** Encodes the events of a response as chunks of the UI message stream protocol. */
export class ChunkEncoder {
  /** Number of the current step. */
  step: number;
  private readonly options: UiOptions;
  private readonly version: number;
  private readonly messageId: string;
  private readonly open = new Map<number, OpenPart>();
  private readonly callIds = new Set<string>();
  /** Collects the parts of the current step. Its target is not read, and therefore empty. */
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

  /** Parts of the current step that have arrived so far. */
  get shown(): readonly AssistantPart[] {
    return this.accumulator.partial()?.parts ?? [];
  }

  start(): UiMessageChunk[] {
    const denied = this.options.input?.decisions.filter((decision) => 'deny' in decision) ?? [];
    return [
      { type: 'start', messageId: this.messageId },
      // The agent emits no result for a denied call.
      ...denied.map(({ callId }) => ({ type: 'tool-output-denied', toolCallId: callId })),
    ];
  }

  /** Returns the chunks of an event. Throws if the page cannot show the event. */
  event(event: UiEvent): UiMessageChunk[] {
    switch (event.type) {
      case 'step-start':
        return this.startStep(event.step);
      case 'model':
        return this.modelEvent(event.event);
      case 'tool-end':
        // A page shows the calls of the model, not those that a tool made.
        return event.parentId === undefined ? [this.resultChunk(event.result)] : [];
      case 'step-end':
        return this.endStep();
      case 'reset':
        // The `reset` of a watched run has no cause.
        return event.step === this.step ? this.reset(undefined) : [];
      case 'missed':
        // Without `durable.result`, nothing can replace the lost events.
        throw new LlmError('network', 'response: events were missed; reload the page');
      default:
        return [];
    }
  }

  /** Returns the chunks after the last event: the ends of open parts, and the requests for decisions on waiting calls. */
  async ending({ awaiting = [], state }: SourceResult): Promise<UiMessageChunk[]> {
    const calls = this.version < APPROVALS ? [] : awaiting;
    // A watched run has no state here. Its approvals belong to the message.
    const origin = state ?? { runId: this.messageId, steps: this.step };
    const ids = await approvalIds(calls, origin, this.options);
    // A call whose arguments are incomplete stays open. The page shows it without a result, and `fromUiMessages` drops it.
    const open = [...this.open.values()].filter(({ type }) => type !== 'tool-call');
    const suspended = awaiting.length === 0 ? [] : suspendedCalls(state ?? {});
    const inner = calls.filter((call) => this.isInner(call, state));
    return [
      ...open.map(({ type, id }) => ({ type: `${type}-end`, id })),
      // Calls of sub-agents need a separate step, because the page sends its decisions when no call of the last step is pending.
      ...(inner.length > 0 ? [...this.endStep(), { type: 'start-step' }] : []),
      ...inner.map(({ id, name, args }) => ({
        type: 'tool-input-available',
        toolCallId: id,
        toolName: name,
        input: args,
      })),
      ...suspended.map((data) => ({ type: 'data-majordomo-suspended', id: data.callId, data })),
      ...Array.from(ids, ([toolCallId, approvalId]) => ({
        type: 'tool-approval-request',
        approvalId,
        toolCallId,
      })),
      ...(inner.length > 0 ? [{ type: 'finish-step' }] : this.endStep()),
    ];
  }

  /** Whether a sub-agent made the call and the page does not show it. Throws if a signed approval cannot continue the run. */
  private isInner({ id }: ToolCallPart, state: RunState | undefined): boolean {
    // Without a state, only its form shows that an id is the path of a call inside a sub-agent.
    const isKnown = state === undefined ? !id.includes('/') : state.pending.some((call) => call.id === id);
    if (isKnown) return false;
    if (state !== undefined && this.options.secret !== undefined)
      throw new LlmError(
        'config',
        'response: a call inside a sub-agent waits, which a signed approval cannot continue; store the state, and omit `secret`',
        { path: 'secret' },
      );
    // A message that this response continues already shows the calls that waited inside sub-agents.
    const { run } = this.options.input ?? {};
    return !(run !== undefined && 'pending' in run && innerCalls(run).some((call) => call.id === id));
  }

  /** Returns the last chunks. `errorText` is set after a failure. `facts` is not set if the application's `metadata` threw. */
  last({ outcome }: UiEnd, facts: UiFacts | undefined, errorText: string | undefined): UiMessageChunk[] {
    const messageMetadata = facts && this.metadata(facts);
    const metadata = messageMetadata && { messageMetadata };
    if (errorText === undefined && outcome !== 'stopped') {
      const reason = outcome === 'awaiting' ? 'tool-calls' : (facts?.finish ?? 'stop');
      return [{ type: 'finish', finishReason: FINISH_REASONS[reason] ?? reason, ...metadata }];
    }
    return [
      ...(metadata ? [{ type: 'message-metadata', ...metadata }] : []),
      errorText === undefined ? { type: 'abort' } : { type: 'error', errorText },
    ];
  }

  private startStep(step: number): UiMessageChunk[] {
    if (this.isStepOpen && step === this.step) return [];
    const chunks = this.endStep();
    this.forgetContent();
    this.step = step;
    this.isStepOpen = true;
    return [...chunks, { type: 'start-step' }];
  }

  private endStep(): UiMessageChunk[] {
    if (!this.isStepOpen) return [];
    this.isStepOpen = false;
    return [{ type: 'finish-step' }];
  }

  private reset(cause: unknown): UiMessageChunk[] {
    if (!this.hasContent) return [];
    if (this.version < RESETS) throw unremovable(this.version, cause);
    this.forgetContent();
    // Open the step again, because its process may have died after the step ended.
    this.isStepOpen = true;
    return [{ type: 'reset-step' }];
  }

  private forgetContent(): void {
    this.open.clear();
    this.callIds.clear();
    this.accumulator = new Accumulator('');
    this.hasContent = false;
  }

  private modelEvent(event: StreamEvent): UiMessageChunk[] {
    if (event.type === 'reset') return this.reset(event.error);
    // Send no chunk, because the next target continues the open parts.
    if (event.type === 'continued') return [];
    this.accumulator.push(event);
    const chunks = this.partEvent(event);
    this.hasContent ||= chunks.length > 0;
    return chunks;
  }

  private partEvent(event: StreamEvent): UiMessageChunk[] {
    switch (event.type) {
      case 'part-start':
        return this.startPart(event.index, event.part);
      case 'text-delta':
      case 'reasoning-delta':
        return this.delta(event.index, event.text);
      case 'args-delta':
        return this.delta(event.index, event.json);
      case 'part-end':
        return this.endPart(event.index, event.part);
      default:
        return [];
    }
  }

  private startPart(index: number, head: PartHead): UiMessageChunk[] {
    const { type } = head;
    if (type === 'reasoning' && this.options.reasoning === false) return [];
    const id = type === 'tool-call' ? this.uniqueCallId(head.id) : `${this.step}-${index}`;
    this.open.set(index, { type, id });
    return type === 'tool-call'
      ? [{ type: 'tool-input-start', toolCallId: id, toolName: head.name, ...this.appOf(head.name, id) }]
      : [{ type: `${type}-start`, id }];
  }

  private delta(index: number, text: string): UiMessageChunk[] {
    const open = this.open.get(index);
    // AG-UI clients reject an empty delta.
    if (open === undefined || text === '') return [];
    return open.type === 'tool-call'
      ? [{ type: 'tool-input-delta', toolCallId: open.id, inputTextDelta: text }]
      : [{ type: `${open.type}-delta`, id: open.id, delta: text }];
  }

  private endPart(index: number, part: AssistantPart): UiMessageChunk[] {
    if (part.type === 'vendor-call') return [this.vendorCall(part)];
    const open = this.open.get(index);
    this.open.delete(index);
    const token = this.options.replay === false ? undefined : part.replay;
    const metadata = token && { providerMetadata: { majordomo: { replay: { ...token } } } };
    if (part.type === 'vendor') return [vendorPart(part, token)];
    if (part.type === 'image' || part.type === 'audio') return [{ ...filePart(part), ...metadata }];
    if (open === undefined) return [];
    const { id } = open;
    if (part.type === 'reasoning') return [{ type: 'reasoning-end', id, ...metadata }];
    if (part.type === 'text') return this.endText(id, part, metadata);
    const { name: toolName, args, invalid, programId } = part;
    const majordomo = defined({ replay: token && { ...token }, programId: token && programId });
    const input =
      invalid === undefined
        ? { type: 'tool-input-available', input: args }
        : { type: 'tool-input-error', input: invalid.raw, errorText: INVALID_ARGUMENTS };
    return [
      {
        ...input,
        toolCallId: id,
        toolName,
        ...(token && { providerMetadata: { majordomo } }),
        ...this.appOf(toolName, id),
      },
    ];
  }

  private vendorCall(part: VendorCallPart): UiMessageChunk {
    const { id, name: toolName, args: input } = asToolCall(part);
    const toolCallId = this.uniqueCallId(id);
    const token = this.options.replay === false ? undefined : { ...part.replay };
    const majordomo = defined({ replay: token, vendorCall: part.name });
    return {
      type: 'tool-input-available',
      toolCallId,
      toolName,
      input,
      providerMetadata: { majordomo },
    };
  }

  /** Returns the result of a call. The output of a tool with an app is the result of its server. */
  private resultChunk(result: AnsweredCall): UiMessageChunk {
    const { callId: toolCallId, name, content, isError, output: vendorOutput } = result;
    const { state, ...output } = outputState(result);
    const app =
      isError === true || this.version < RESETS
        ? undefined
        : this.options.apps?.part(name, toolCallId, content);
    if (app?.output !== undefined) return { type: `tool-${state}`, toolCallId, output: app.output };
    // Version 5 accepts no metadata of results.
    const metadata = vendorOutput &&
      this.version >= APPROVALS && { providerMetadata: { majordomo: { vendorOutput } } };
    return { type: `tool-${state}`, toolCallId, ...output, ...metadata };
  }

  /** Returns the metadata of a tool's app. */
  private appOf(tool: string, callId: string): { readonly toolMetadata?: JsonObject } {
    const app = this.version < RESETS ? undefined : this.options.apps?.part(tool, callId)?.app;
    return app === undefined ? {} : { toolMetadata: { app } };
  }

  private endText(id: string, { citations = [] }: TextPart, metadata?: JsonObject): UiMessageChunk[] {
    if (this.options.sources === false || citations.length === 0)
      return [{ type: 'text-end', id, ...metadata }];
    const sources = new Map<unknown, ReturnType<typeof sourceOf>>();
    const inText = citations.map((citation) => {
      const { url, document, title, start, end, quote } = citation;
      const key = url ?? document ?? title;
      const source = sources.get(key) ?? sourceOf(citation, `${id}-${sources.size}`);
      sources.set(key, source);
      return defined({ source, startIndex: start, endIndex: end, citedText: quote });
    });
    return [
      { type: 'text-end', id, ...(this.version < RESETS ? {} : { citations: inText }), ...metadata },
      ...Array.from(sources.values(), ({ sourceType, id: sourceId, ...source }) => ({
        ...source,
        type: `source-${sourceType}`,
        sourceId,
      })),
    ];
  }

  /** Returns a unique id for a call. If two calls in one step have the same id, the second gets the agent's id for it. */
  private uniqueCallId(given: string): string {
    let id = given;
    for (let n = 2; this.callIds.has(id); n++) id = `${given}_${n}`;
    this.callIds.add(id);
    return id;
  }

  private metadata(facts: UiFacts): JsonObject | undefined {
    const { metadata = () => ({}) } = this.options;
    // Omit members without a value, because the page merges metadata, and `undefined` would replace an earlier value.
    const majordomo = JSON.parse(JSON.stringify(facts)) as JsonObject;
    return metadata === false ? undefined : { majordomo, ...metadata(facts) };
  }
}

/** Returns media as a `data:` URL, which is both a chunk and a message part. */
export function filePart(part: ImagePart | AudioPart | FilePart): UiMessageChunk {
  const { mediaType, bytes } = part;
  const filename = part.type === 'file' ? part.name : undefined;
  const url = `data:${mediaType};base64,${toBase64(bytes)}`;
  return { type: 'file', ...defined({ mediaType, url, filename }), ...documentMetadata(part) };
}

/** Returns the description of a document as metadata, which pages send back. */
function documentMetadata(part: ImagePart | AudioPart | FilePart): JsonObject {
  if (part.type !== 'file') return {};
  const { title, context, source, citations } = part;
  const document = defined({ title, context, source, citations });
  return Object.keys(document).length === 0 ? {} : { providerMetadata: { majordomo: { document } } };
}

/** Returns a vendor part, which is both a chunk and a message part. */
export const vendorPart = (
  { kind, text }: { readonly kind: string; readonly text?: string | undefined },
  token: Replay | undefined,
): UiMessageChunk => ({
  type: 'data-majordomo-vendor',
  data: defined({ kind, text, replay: token && { ...token } }),
});

function sourceOf({ url, document, title }: Citation, id: string) {
  if (url !== undefined)
    return { type: 'source', sourceType: 'url', id, url, ...(title !== undefined && { title }) };
  // Send `text/plain`, because the protocol requires a media type, and a citation contains none.
  const name = title ?? (typeof document === 'string' ? document : `Document ${(document ?? 0) + 1}`);
  return { type: 'source', sourceType: 'document', id, mediaType: 'text/plain', title: name };
}

/** Finish reasons that have another name in the protocol. */
const FINISH_REASONS: Readonly<Partial<Record<FinishReason, string>>> = {
  refusal: 'content-filter',
  incomplete: 'other',
};

const unremovable = (version: number, cause: unknown): LlmError =>
  new LlmError(
    LlmError.is(cause) ? cause.kind : 'network',
    `response: the model failed in the middle of the text, which a page with version ${version} of the AI SDK cannot remove; send the message again`,
    LlmError.is(cause) ? { retryAfterMs: cause.details.retryAfterMs } : {},
    { cause },
  );
