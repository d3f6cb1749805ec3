import type { JsonObject, JsonValue, PartHead, ToolCallPart, ToolResultPart } from '@majordomo/core';
import type { AgUiOptions } from './ag-ui-types.ts';
import { approvalIds } from './approval-id.ts';
import { denialOf } from './assistant-parts.ts';
import type { Ending } from './response-stream.ts';
import { StepEncoder, type OpenPart } from './step-encoder.ts';
import { textOfResult } from './tool-output.ts';
import type { UiFacts } from './types.ts';

/** Event of AG-UI. */
export interface AgUiEvent extends JsonObject {
  readonly type: string;
}

/** Encodes the events of a run as AG-UI events. A step is one assistant message. */
export class AgUiEncoder extends StepEncoder<AgUiEvent> {
  private readonly options: AgUiOptions;
  /** Messages that the client shows, without those of the current step. */
  private readonly messages: object[];
  /** Tool messages that follow the message of the current step. */
  private results: object[] = [];
  /** Number of attempts of the current step that were reset. */
  private resets = 0;
  private interrupts: readonly JsonObject[] = [];

  constructor(options: AgUiOptions) {
    super();
    this.options = options;
    this.messages = [...options.input.clientMessages];
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

  async ending({ awaiting, state }: Ending): Promise<AgUiEvent[]> {
    const { threadId: chatId, runId } = this.options.input;
    const origin = state ?? { runId, steps: this.step };
    const ids = await approvalIds(awaiting, origin, { ...this.options, chatId });
    this.interrupts = awaiting.map((call) => {
      const id = ids.get(call.id);
      const payload = state?.suspended?.find(({ callId }) => callId === call.id)?.payload ?? null;
      return id === undefined ? suspension(call, payload) : approvalRequest(call, id);
    });
    return this.closeParts();
  }

  last({ outcome }: Ending, facts: UiFacts | undefined, errorText: string | undefined): AgUiEvent[] {
    if (errorText !== undefined)
      return [{ type: 'RUN_ERROR', message: errorText, code: facts?.error?.kind ?? 'server' }];
    const { threadId, runId } = this.options.input;
    return [{ type: 'RUN_FINISHED', threadId, runId, outcome: this.outcome(outcome) }];
  }

  protected startStep(): AgUiEvent[] {
    this.resets = 0;
    // Results of calls that waited for a decision arrive before the step.
    this.messages.push(...this.results.splice(0));
    return [];
  }

  protected finishStep(): AgUiEvent[] {
    this.messages.push(...this.stepMessages(), ...this.results.splice(0));
    return [];
  }

  /** Replaces the messages of the client with those that are still valid. */
  protected removeContent(): AgUiEvent[] {
    this.results = [];
    this.resets++;
    return [...this.closeParts(), { type: 'MESSAGES_SNAPSHOT', messages: this.messages as JsonObject[] }];
  }

  protected startPart(index: number, head: PartHead): AgUiEvent[] {
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
      case 'tool-call': {
        const { id: toolCallId, name: toolCallName } = head;
        this.open.set(index, { type: 'tool-call', id: toolCallId });
        return [{ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: messageId }];
      }
      default:
        return head satisfies never;
    }
  }

  protected delta({ type, id }: OpenPart, delta: string): AgUiEvent {
    switch (type) {
      case 'text':
        return { type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta };
      case 'reasoning':
        return { type: 'REASONING_MESSAGE_CONTENT', messageId: id, delta };
      case 'tool-call':
        return { type: 'TOOL_CALL_ARGS', toolCallId: id, delta };
      default:
        return type satisfies never;
    }
  }

  protected endPart(open: OpenPart | undefined): AgUiEvent[] {
    return open === undefined ? [] : this.closePart(open);
  }

  protected closePart({ type, id }: OpenPart): AgUiEvent[] {
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

  protected toolResult(result: ToolResultPart): AgUiEvent {
    return this.result(result.callId, textOfResult(result));
  }

  private get messageId(): string {
    const attempt = this.resets === 0 ? '' : `-${this.resets}`;
    return `${this.options.input.runId}-${this.step}${attempt}`;
  }

  private outcome(outcome: Ending['outcome']): JsonObject {
    if (outcome === 'stopped') return { type: 'cancelled' };
    return outcome === 'awaiting' ? { type: 'interrupt', interrupts: this.interrupts } : { type: 'success' };
  }

  /** Returns the messages of the current step as the client shows them. */
  private stepMessages(): object[] {
    const content = this.shown.map((part) => (part.type === 'text' ? part.text : '')).join('');
    const toolCalls = this.shown.filter((part) => part.type === 'tool-call').map(toolCall);
    if (content === '' && toolCalls.length === 0) return [];
    return [{ id: this.messageId, role: 'assistant', content, toolCalls }];
  }

  private result(toolCallId: string, content: string): AgUiEvent {
    const messageId = `${this.options.input.runId}-${toolCallId}-result`;
    const message = { toolCallId, content, role: 'tool' };
    this.results.push({ id: messageId, ...message });
    return { type: 'TOOL_CALL_RESULT', messageId, ...message };
  }
}

const toolCall = ({ id, name, args }: ToolCallPart): object => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

const approvalRequest = ({ id: toolCallId, name }: ToolCallPart, id: string): JsonObject => ({
  id,
  reason: 'tool_call',
  toolCallId,
  message: `Run ${name}?`,
});

const suspension = ({ id }: ToolCallPart, payload: JsonValue): JsonObject => ({
  id,
  reason: 'input_required',
  toolCallId: id,
  metadata: { payload },
});
