import type { AssistantPart, ImagePart, Message, TextPart, ToolResultPart, UserPart } from '@majordomo/core';

/** The turns of a request as they come; results of one turn's calls stand in one message. */
export class Transcript {
  readonly messages: Message[] = [];
  /** Names of the tools that were called, by the ids of the calls. */
  private readonly called = new Map<string, string>();
  /** Of the last turn of their kind, which grows: made anew for every item, a long turn would cost its square. */
  private said: AssistantPart[] = [];
  private results: ToolResultPart[] = [];

  system(text: string): void {
    if (text !== '') this.messages.push({ role: 'system', parts: [{ type: 'text', text }] });
  }

  user(parts: readonly UserPart[]): void {
    if (parts.length > 0) this.messages.push({ role: 'user', parts });
  }

  /** What the wire says in several items is one turn. */
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

  /** `undefined` where no such call was made. */
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

/** Nothing is said in no words. */
export const textPart = (text: string): readonly TextPart[] => (text === '' ? [] : [{ type: 'text', text }]);
