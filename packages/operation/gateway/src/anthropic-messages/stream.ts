import type { StreamEvent } from '@majordomo/core';
import { isWirePart, type WirePart } from '../response/citations.ts';
import { ArgumentsText } from '../response/arguments-text.ts';
import { newId } from '../response/id.ts';
import type { Refusal } from '../errors/refusal.ts';
import { namedEvent } from '../response/sse.ts';
import { tokenText } from '../parsing/replay-token.ts';
import type { Writer } from '../wire.ts';
import { anthropicFailure } from './failure.ts';
import { hiddenData, messagesCitations, messagesUsage, stopOf } from './response.ts';

type Finish = Extract<StreamEvent, { readonly type: 'finish' }>;
type Start = Extract<StreamEvent, { readonly type: 'part-start' }>;

/** Writer of a response as the events of a message, one block after the other. At most one part of the response may be open. */
export class MessagesWriter implements Writer {
  private readonly model: string;
  private readonly stops: readonly string[];
  private hasBegun = false;
  /** Index of the current block. */
  private index = 0;
  /** Whether the current block has begun. A reasoning block begins with its first text, which determines the block type. */
  private isOpen = false;
  private args = new ArgumentsText();

  constructor(model: string, stops: readonly string[]) {
    this.model = model;
    this.stops = stops;
  }

  end(): string {
    return namedEvent('message_stop');
  }

  fail(refusal: Refusal): string {
    return namedEvent('error', anthropicFailure(refusal));
  }

  write(event: StreamEvent): string {
    switch (event.type) {
      case 'part-start':
        return event.part.type === 'reasoning' ? '' : this.blockStart(event);
      case 'text-delta':
        return this.delta({ type: 'text_delta', text: event.text });
      case 'reasoning-delta':
        return this.thinkingStart() + this.delta({ type: 'thinking_delta', thinking: event.text });
      case 'args-delta':
        return this.input(this.args.push(event.json));
      case 'part-end':
        // Omit vendor parts, because clients of this wire could not return them.
        return isWirePart(event.part) ? this.blockEnd(event.part) : '';
      case 'finish':
        return this.finish(event);
      case 'start':
      case 'warning':
      case 'reset':
      case 'continued':
        return '';
    }
  }

  private blockStart({ part }: Start): string {
    this.args = new ArgumentsText();
    return this.open(
      part.type === 'tool-call'
        ? { type: 'tool_use', id: part.id, name: part.name, input: {} }
        : { type: 'text', text: '' },
    );
  }

  private thinkingStart(): string {
    return this.isOpen ? '' : this.open({ type: 'thinking', thinking: '', signature: '' });
  }

  private open(block: object): string {
    this.isOpen = true;
    return this.begin() + namedEvent('content_block_start', { index: this.index, content_block: block });
  }

  private delta(delta: object): string {
    return namedEvent('content_block_delta', { index: this.index, delta });
  }

  private input(json: string): string {
    return json === '' ? '' : this.delta({ type: 'input_json_delta', partial_json: json });
  }

  private blockEnd(part: WirePart): string {
    const rest = this.restOf(part);
    const stop = namedEvent('content_block_stop', { index: this.index });
    this.index++;
    this.isOpen = false;
    return rest + stop;
  }

  /** Returns the events for content that is known only at the end of a part, such as citations, arguments and a signature. */
  private restOf(part: WirePart): string {
    if (part.type === 'text')
      return messagesCitations(part)
        .map((citation) => this.delta({ type: 'citations_delta', citation }))
        .join('');
    // Clients of this wire parse the input as an object, so the text of arguments that are not an object is not sent.
    if (part.type === 'tool-call')
      return this.input(this.args.end(part, { complete: JSON.stringify(part.args), asWritten: false }));
    const data = this.isOpen ? undefined : hiddenData(part);
    if (data !== undefined) return this.open({ type: 'redacted_thinking', data });
    const signature = tokenText(part.replay);
    const start = this.thinkingStart();
    return signature === undefined ? start : start + this.delta({ type: 'signature_delta', signature });
  }

  /** Returns `message_start` in the first call, otherwise `''`. Its usage is 0, because the usage is not known until the end. */
  private begin(): string {
    if (this.hasBegun) return '';
    this.hasBegun = true;
    const message = {
      id: newId('msg_'),
      type: 'message',
      role: 'assistant',
      model: this.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: messagesUsage(undefined),
    };
    return namedEvent('message_start', { message });
  }

  private finish({ reason, raw, usage }: Finish): string {
    const delta = stopOf(reason, raw, this.stops);
    return this.begin() + namedEvent('message_delta', { delta, usage: messagesUsage(usage) });
  }
}
