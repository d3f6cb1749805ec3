import type { AssistantPart, ImagePart, Message, TextPart, ToolResultPart, UserPart } from '@majordomo/core';

/** The turns of a request as they come; results of one turn's calls stand in one message. */
export class Transcript {
  readonly messages: Message[] = [];
  /** Names of the tools that were called, by the ids of the calls. */
  private readonly called = new Map<string, string>();

  system(text: string): void {
    if (text !== '') this.messages.push({ role: 'system', parts: [{ type: 'text', text }] });
  }

  user(parts: readonly UserPart[]): void {
    if (parts.length > 0) this.messages.push({ role: 'user', parts });
  }

  /** What the wire says in several items is one turn. */
  assistant(parts: readonly AssistantPart[]): void {
    for (const part of parts) if (part.type === 'tool-call') this.called.set(part.id, part.name);
    if (parts.length === 0) return;
    const last = this.messages.at(-1);
    if (last?.role === 'assistant')
      this.messages[this.messages.length - 1] = { role: 'assistant', parts: [...last.parts, ...parts] };
    else this.messages.push({ role: 'assistant', parts });
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
    const last = this.messages.at(-1);
    if (last?.role === 'tool')
      this.messages[this.messages.length - 1] = { role: 'tool', parts: [...last.parts, part] };
    else this.messages.push({ role: 'tool', parts: [part] });
  }
}

/** Nothing is said in no words. */
export const textPart = (text: string): readonly TextPart[] => (text === '' ? [] : [{ type: 'text', text }]);
