import type { AssistantPart, ImagePart, Message, TextPart, ToolResultPart, UserPart } from '@majordomo/core';
import type { Notes } from './notes.ts';

/** Transcript of a request. Joins consecutive tool results for the calls of one turn into one message. */
export class Transcript {
  readonly messages: Message[] = [];
  /** Warnings about members of the turns. */
  readonly notes: Notes;
  /** Names of called tools, by call id. */
  private readonly called = new Map<string, string>();
  /** Parts of the last assistant turn. Items are appended in place, because a copy per item would take quadratic time. */
  private assistantParts: AssistantPart[] = [];
  private results: ToolResultPart[] = [];

  constructor(notes: Notes) {
    this.notes = notes;
  }

  /**
   * Adds a system turn. After a turn of another role, the system turn becomes user text in tags that Claude interprets. If the
   * turn were moved to the top, it would lose its position and change the cached prefix of the conversation.
   */
  system(text: string): void {
    if (text === '') return;
    if (this.messages.every(({ role }) => role === 'system')) {
      this.messages.push({ role: 'system', parts: [{ type: 'text', text }] });
      return;
    }
    this.user([{ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` }]);
    this.notes.coerced('system', 'a system turn inside the conversation is sent as user text');
  }

  user(parts: readonly UserPart[]): void {
    if (parts.length > 0) this.messages.push({ role: 'user', parts });
  }

  /** Adds parts to the current assistant turn, because a wire may split a turn into several items. */
  assistant(parts: readonly AssistantPart[]): void {
    if (parts.length === 0) return;
    if (this.messages.at(-1)?.role !== 'assistant') {
      this.assistantParts = [];
      this.messages.push({ role: 'assistant', parts: this.assistantParts });
    }
    for (const part of parts) {
      if (part.type === 'tool-call') this.called.set(part.id, part.name);
      this.assistantParts.push(part);
    }
  }

  /** Adds a result, and returns it. */
  result(callId: string, content: readonly (TextPart | ImagePart)[], isError = false): ToolResultPart {
    const part: ToolResultPart = {
      type: 'tool-result',
      callId,
      name: this.called.get(callId) ?? 'unknown',
      content,
      ...(isError ? { isError } : {}),
    };
    if (this.messages.at(-1)?.role !== 'tool') {
      this.results = [];
      this.messages.push({ role: 'tool', parts: this.results });
    }
    this.results.push(part);
    return part;
  }
}
