import type { AssistantPart, JsonObject, PartHead, StreamEvent, ToolCallPart } from '@majordomo/core';
import { Accumulator } from '@majordomo/core/toolkit';
import type { AgUiOptions } from './ag-ui-types.ts';
import { approvalSigner } from './approval-id.ts';
import { denialOf } from './assistant-parts.ts';
import type { UiEvent } from './events.ts';
import { missedEvents, type Encoder, type Ending } from './response-stream.ts';
import { textOfResult } from './tool-output.ts';
import type { UiFacts } from './types.ts';

/** Event of AG-UI. */
export interface AgUiEvent extends JsonObject {
  readonly type: string;
}

type OpenPart = { readonly type: PartHead['type']; readonly id: string };

/** Encodes the events of a run as AG-UI events. A step is one assistant message. */
export class AgUiEncoder implements Encoder<AgUiEvent> {
  step = 0;
  private readonly options: AgUiOptions;
  private readonly open = new Map<number, OpenPart>();
  private accumulator = new Accumulator('');
  /** Messages that the client has, without those of the current step. */
  private readonly messages: object[];
  private results: object[] = [];
  /** Number of attempts of the current step that were reset. */
  private resets = 0;
  private hasContent = false;
  private interrupts: readonly JsonObject[] = [];

  constructor(options: AgUiOptions) {
    this.options = options;
    this.messages = [...options.input.clientMessages];
  }

  get shown(): readonly AssistantPart[] {
    return this.accumulator.partial()?.parts ?? [];
  }

  start(): AgUiEvent[] {
    const { threadId, runId, decisions } = this.options.input;
    const denied = decisions.flatMap((decision) => ('deny' in decision ? [decision] : []));
    return [
      { type: 'RUN_STARTED', threadId, runId },
      // The agent emits no result for a denied call.
      ...denied.map(({ callId, deny }) => this.result(callId, `The call was denied: ${denialOf(deny)}`)),
    ];
  }

  event(event: UiEvent): AgUiEvent[] {
    switch (event.type) {
      case 'step':
        this.startStep(event.step);
        return [];
      case 'model':
        return this.modelEvent(event.event);
      case 'tool-end':
        return [this.result(event.result.callId, textOfResult(event.result))];
      case 'restart':
        return this.reset();
      case 'step-end':
        return [];
      case 'missed':
        throw missedEvents();
      default:
        return event satisfies never;
    }
  }

  async ending({ awaiting, state }: Ending): Promise<AgUiEvent[]> {
    const { options } = this;
    const { runId, threadId } = options.input;
    const sign = await approvalSigner({ ...options, chatId: threadId });
    const origin = { runId: state?.runId ?? runId, steps: state?.steps ?? this.step };
    const interrupts = awaiting.map(async (call) => {
      const suspended = state?.suspended?.find(({ callId }) => callId === call.id);
      return suspended === undefined
        ? {
            id: await sign({ ...origin, call }),
            reason: 'tool_call',
            toolCallId: call.id,
            message: approvalText(call),
          }
        : {
            id: call.id,
            reason: 'input_required',
            toolCallId: call.id,
            metadata: { payload: suspended.payload },
          };
    });
    this.interrupts = await Promise.all(interrupts);
    return this.closeParts();
  }

  last({ outcome }: Ending, facts: UiFacts | undefined, errorText: string | undefined): AgUiEvent[] {
    if (errorText !== undefined)
      return [{ type: 'RUN_ERROR', message: errorText, code: facts?.error?.kind ?? 'server' }];
    const { threadId, runId } = this.options.input;
    return [{ type: 'RUN_FINISHED', threadId, runId, outcome: this.outcome(outcome) }];
  }

  private outcome(outcome: Ending['outcome']): JsonObject {
    if (outcome === 'stopped') return { type: 'cancelled' };
    return outcome === 'awaiting' ? { type: 'interrupt', interrupts: this.interrupts } : { type: 'success' };
  }

  private get messageId(): string {
    const attempt = this.resets === 0 ? '' : `-${this.resets}`;
    return `${this.options.input.runId}-${this.step}${attempt}`;
  }

  private startStep(step: number): void {
    if (step === this.step) return;
    this.messages.push(...this.stepMessages(), ...this.results);
    this.results = [];
    this.forgetStep();
    this.step = step;
    this.resets = 0;
  }

  private forgetStep(): void {
    this.open.clear();
    this.accumulator = new Accumulator('');
    this.hasContent = false;
  }

  /** Returns the current step as the client has it. */
  private stepMessages(): object[] {
    const text = this.shown.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const toolCalls = this.shown.filter((part) => part.type === 'tool-call').map(toolCall);
    if (text === '' && toolCalls.length === 0) return [];
    return [{ id: this.messageId, role: 'assistant', content: text, toolCalls }];
  }

  private modelEvent(event: StreamEvent): AgUiEvent[] {
    if (event.type === 'reset') return this.reset();
    // The next target continues the open parts.
    if (event.type === 'continued') return [];
    this.accumulator.push(event);
    const events = this.modelEvents(event);
    this.hasContent ||= events.length > 0;
    return events;
  }

  private modelEvents(event: Exclude<StreamEvent, { type: 'reset' | 'continued' }>): AgUiEvent[] {
    switch (event.type) {
      case 'part-start':
        return this.startPart(event.index, event.part);
      case 'text-delta':
      case 'reasoning-delta':
        return this.delta(event.index, event.text);
      case 'args-delta':
        return this.delta(event.index, event.json);
      case 'part-end': {
        const open = this.open.get(event.index);
        this.open.delete(event.index);
        return open === undefined ? [] : endPart(open);
      }
      case 'start':
      case 'warning':
      case 'finish':
        return [];
      default:
        return event satisfies never;
    }
  }

  private startPart(index: number, head: PartHead): AgUiEvent[] {
    const { messageId } = this;
    switch (head.type) {
      case 'text':
        this.open.set(index, { type: 'text', id: messageId });
        return [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }];
      case 'reasoning': {
        if (this.options.reasoning === false) return [];
        const id = `${messageId}-reasoning-${index}`;
        this.open.set(index, { type: 'reasoning', id });
        return [
          { type: 'REASONING_START', messageId: id },
          { type: 'REASONING_MESSAGE_START', messageId: id, role: 'reasoning' },
        ];
      }
      case 'tool-call':
        this.open.set(index, { type: 'tool-call', id: head.id });
        return [
          {
            type: 'TOOL_CALL_START',
            toolCallId: head.id,
            toolCallName: head.name,
            parentMessageId: messageId,
          },
        ];
      default:
        return head satisfies never;
    }
  }

  private delta(index: number, delta: string): AgUiEvent[] {
    const part = this.open.get(index);
    // The client rejects an empty delta.
    if (part === undefined || delta === '') return [];
    switch (part.type) {
      case 'text':
        return [{ type: 'TEXT_MESSAGE_CONTENT', messageId: part.id, delta }];
      case 'reasoning':
        return [{ type: 'REASONING_MESSAGE_CONTENT', messageId: part.id, delta }];
      case 'tool-call':
        return [{ type: 'TOOL_CALL_ARGS', toolCallId: part.id, delta }];
      default:
        return part.type satisfies never;
    }
  }

  /** Replaces the messages of the client by those that are still valid. */
  private reset(): AgUiEvent[] {
    if (!this.hasContent) return [];
    const closed = this.closeParts();
    this.forgetStep();
    this.results = [];
    this.resets++;
    return [...closed, { type: 'MESSAGES_SNAPSHOT', messages: this.messages as JsonObject[] }];
  }

  private closeParts(): AgUiEvent[] {
    const events = [...this.open.values()].flatMap(endPart);
    this.open.clear();
    return events;
  }

  private result(toolCallId: string, content: string): AgUiEvent {
    const messageId = `${this.options.input.runId}-${toolCallId}-result`;
    this.results.push({ id: messageId, role: 'tool', toolCallId, content });
    return { type: 'TOOL_CALL_RESULT', messageId, toolCallId, content, role: 'tool' };
  }
}

function endPart({ type, id }: OpenPart): AgUiEvent[] {
  switch (type) {
    case 'text':
      return [{ type: 'TEXT_MESSAGE_END', messageId: id }];
    case 'reasoning':
      return [
        { type: 'REASONING_MESSAGE_END', messageId: id },
        { type: 'REASONING_END', messageId: id },
      ];
    case 'tool-call':
      return [{ type: 'TOOL_CALL_END', toolCallId: id }];
    default:
      return type satisfies never;
  }
}

const toolCall = ({ id, name, args }: ToolCallPart): object => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

const approvalText = ({ name }: ToolCallPart): string => `Run ${name}?`;
