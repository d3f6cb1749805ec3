import type { AssistantPart, ImagePart, Message, TextPart, ToolResultPart, UserPart } from '@majordomo/core';

/** Transcript of a request. Joins consecutive results for the calls of a turn to one message. */
export class Transcript {
  readonly messages: Message[] = [];
  /** Names of called tools, by call id. */
  private readonly called = new Map<string, string>();
  /** Parts of the last turn. The array grows in place, because copying it for each item would take quadratic time. */
  private assistantParts: AssistantPart[] = [];
  private results: ToolResultPart[] = [];

  system(text: string): void {
    if (text !== '') this.messages.push({ role: 'system', parts: [{ type: 'text', text }] });
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

  /** Returns the name of a called tool, or `undefined` if the transcript has no such call. */
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
