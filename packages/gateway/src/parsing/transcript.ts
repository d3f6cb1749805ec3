import type { AssistantPart, ImagePart, Message, TextPart, ToolResultPart, UserPart } from '@majordomo/core';

/** Collects the turns of a request. Results for calls of one turn become one message. */
export class Transcript {
  readonly messages: Message[] = [];
  /** Names of the tools that were called, by the ids of the calls. */
  private readonly called = new Map<string, string>();
  /** Parts of the last turn, which grow in place: copying them per item would cost quadratic time. */
  private said: AssistantPart[] = [];
  private results: ToolResultPart[] = [];

  system(text: string): void {
    if (text !== '') this.messages.push({ role: 'system', parts: [{ type: 'text', text }] });
  }

  user(parts: readonly UserPart[]): void {
    if (parts.length > 0) this.messages.push({ role: 'user', parts });
  }

  /** Adds parts to the current assistant turn: a wire may send one turn as several items. */
  assistant(parts: readonly AssistantPart[]): void {
    if (parts.length === 0) return;
    if (this.messages.at(-1)?.role !== 'assistant') {
      this.said = [];
      this.messages.push({ role: 'assistant', parts: this.said });
    }
    for (const part of parts) {
      if (part.type === 'tool-call') this.called.set(part.id, part.name);
      this.said.push(part);
    }
  }

  /** Returns `undefined` if the transcript has no such call. */
  nameOf(callId: string): string | undefined {
    return this.called.get(callId);
  }

  result(callId: string, content: readonly (TextPart | ImagePart)[], isError = false): void {
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
  }
}

/** Returns no part for an empty string. */
export const textPart = (text: string): readonly TextPart[] => (text === '' ? [] : [{ type: 'text', text }]);
