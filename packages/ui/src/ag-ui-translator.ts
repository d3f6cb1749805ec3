import { asRecord } from '@majordomo/core/toolkit';
import type { JsonObject, JsonValue } from '@majordomo/core';
import { denialText } from './steps.ts';
import { piecesOf, textOfResult } from './tool-output.ts';
import type { AgUiInput, UiMessageChunk } from './types.ts';

/** Event of AG-UI. */
export interface AgUiEvent extends JsonObject {
  readonly type: string;
}

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; arguments: string };
}

/** Translates chunks of the UI message stream to AG-UI events. A step is one assistant message. */
export class AgUiTranslator {
  private readonly input: AgUiInput;
  /** Messages that the client has, except the messages of the current step. */
  private readonly messages: object[];
  /** Tool messages that follow the message of the current step. */
  private results: object[] = [];
  private content = '';
  private toolCalls: ToolCall[] = [];
  /** For each part that the client shows as incomplete: the delta event without its text, and the events that end the part. */
  private readonly open = new Map<string, readonly AgUiEvent[]>();
  private interrupts: JsonObject[] = [];
  /** Number of the current message, which increases with each step and each attempt. */
  private number = 0;
  private errorKind: JsonValue = 'server';

  constructor(input: AgUiInput) {
    this.input = input;
    this.messages = [...input.clientMessages];
  }

  events(chunks: readonly UiMessageChunk[]): AgUiEvent[] {
    return chunks.flatMap((chunk) => this.translate(chunk));
  }

  private translate(chunk: UiMessageChunk): AgUiEvent[] {
    const { threadId, runId } = this.input;
    const { messageId } = this;
    const { toolCallId = '', id = toolCallId } = chunk as Readonly<Record<string, string>>;
    switch (chunk.type) {
      case 'start':
        return [{ type: 'RUN_STARTED', threadId, runId }];
      case 'start-step':
        this.messages.push(...this.stepMessage(), ...this.results.splice(0));
        this.startMessage();
        return [];
      case 'reset-step': {
        const ends = this.ends();
        this.startMessage();
        // Replaces the client's messages with the messages that are still valid.
        return [...ends, { type: 'MESSAGES_SNAPSHOT', messages: this.messages as JsonObject[] }];
      }
      case 'text-start':
        this.open.set(id, [
          { type: 'TEXT_MESSAGE_CONTENT', messageId },
          { type: 'TEXT_MESSAGE_END', messageId },
        ]);
        return [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }];
      case 'reasoning-start': {
        const part = { messageId: `${messageId}-reasoning-${id}` };
        const types = ['REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END', 'REASONING_END'];
        this.open.set(
          id,
          types.map((type) => ({ type, ...part })),
        );
        return [
          { type: 'REASONING_START', ...part },
          { type: 'REASONING_MESSAGE_START', ...part, role: 'reasoning' },
        ];
      }
      case 'tool-input-start': {
        const name = chunk['toolName'] as string;
        this.toolCalls.push({ id, type: 'function', function: { name, arguments: '' } });
        this.open.set(id, [
          { type: 'TOOL_CALL_ARGS', toolCallId },
          { type: 'TOOL_CALL_END', toolCallId },
        ]);
        return [{ type: 'TOOL_CALL_START', toolCallId, toolCallName: name, parentMessageId: messageId }];
      }
      case 'text-delta':
      case 'reasoning-delta':
      case 'tool-input-delta':
        return this.delta(chunk.type, id, (chunk['delta'] ?? chunk['inputTextDelta']) as string);
      case 'text-end':
      case 'reasoning-end':
      case 'tool-input-available':
      case 'tool-input-error': {
        const [, ...end] = this.open.get(id) ?? [];
        this.open.delete(id);
        return end;
      }
      case 'tool-output-available':
        return [this.result(toolCallId, textOfResult(piecesOf(chunk['output'])))];
      case 'tool-output-error':
        return [this.result(toolCallId, chunk['errorText'] as string)];
      case 'tool-output-denied': {
        const denied = this.input.decisions.find(({ callId }) => callId === toolCallId);
        return [this.result(toolCallId, denialText(asRecord(denied)['deny'] as string))];
      }
      case 'tool-approval-request': {
        const call = this.callOf(toolCallId);
        const message = `Run ${call?.function.name ?? 'the tool'}?`;
        this.interrupts.push({ id: chunk['approvalId'], reason: 'tool_call', toolCallId, message });
        return [];
      }
      case 'data-majordomo-suspended': {
        const { callId, payload } = chunk['data'] as { callId: string; payload: JsonValue };
        this.interrupts.push({
          id: callId,
          reason: 'input_required',
          toolCallId: callId,
          metadata: { payload },
        });
        return [];
      }
      case 'message-metadata':
        this.errorKind = errorKindOf(chunk) ?? this.errorKind;
        return [];
      case 'error':
        return [{ type: 'RUN_ERROR', message: chunk['errorText'], code: this.errorKind }];
      case 'finish':
      case 'abort':
        return [...this.ends(), { type: 'RUN_FINISHED', threadId, runId, outcome: this.outcome(chunk.type) }];
      default:
        return [];
    }
  }

  private get messageId(): string {
    return `${this.input.runId}-${this.number}`;
  }

  private startMessage(): void {
    this.content = '';
    this.toolCalls = [];
    this.open.clear();
    this.number++;
  }

  /** Returns the events that end the open parts. */
  private ends(): AgUiEvent[] {
    return [...this.open.values()].flatMap(([, ...end]) => end);
  }

  private callOf(id: string): ToolCall | undefined {
    return this.toolCalls.find((call) => call.id === id);
  }

  private delta(type: string, id: string, text: string): AgUiEvent[] {
    if (type === 'text-delta') this.content += text;
    const call = this.callOf(id);
    if (call !== undefined) call.function.arguments += text;
    const [delta] = this.open.get(id) ?? [];
    return delta === undefined ? [] : [{ ...delta, delta: text }];
  }

  /** Returns the messages of the current step as the client has them. */
  private stepMessage(): object[] {
    const { messageId: id, content, toolCalls } = this;
    return content === '' && toolCalls.length === 0 ? [] : [{ id, role: 'assistant', content, toolCalls }];
  }

  private result(toolCallId: string, content: string): AgUiEvent {
    const messageId = `${this.input.runId}-${toolCallId}-result`;
    const message = { toolCallId, content, role: 'tool' };
    this.results.push({ id: messageId, ...message });
    return { type: 'TOOL_CALL_RESULT', messageId, ...message };
  }

  private outcome(end: 'finish' | 'abort'): JsonObject {
    const { interrupts } = this;
    if (end === 'abort') return { type: 'cancelled' };
    return interrupts.length > 0 ? { type: 'interrupt', interrupts } : { type: 'success' };
  }
}

const errorKindOf = ({ messageMetadata }: UiMessageChunk): JsonValue | undefined =>
  asRecord(asRecord(asRecord(messageMetadata)['majordomo'])['error'])['kind'] as JsonValue | undefined;
