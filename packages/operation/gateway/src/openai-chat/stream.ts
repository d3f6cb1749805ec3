import { sumUsage, type StreamEvent, type Usage } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { ArgumentsText } from '../response/arguments-text.ts';
import { newId } from '../response/id.ts';
import { nowInSeconds } from '../response/seconds.ts';
import type { Refusal } from '../errors/refusal.ts';
import { dataEvent } from '../response/sse.ts';
import { argumentsText } from '../parsing/tools.ts';
import type { Writer } from '../wire.ts';
import { chatFailure } from './failure.ts';
import {
  extraContent,
  chatAnnotations,
  chatLogprobs,
  chatUsage,
  FINISH,
  reasoningDetail,
} from './response.ts';

type Finish = Extract<StreamEvent, { readonly type: 'finish' }>;
type PartStart = Extract<StreamEvent, { readonly type: 'part-start' }>;
type PartEnd = Extract<StreamEvent, { readonly type: 'part-end' }>;

/** Unfinished tool call, with its index among the calls. */
interface OpenCall {
  readonly position: number;
  readonly args: ArgumentsText;
}

/** State that all choices of a streamed completion share: members of each chunk, usage, and the number of open choices. */
export class StreamedCompletion {
  private readonly includesUsage: boolean;
  private readonly head: object;
  private readonly usages = new Map<number, Usage | undefined>();
  /** Number of choices that have not ended. */
  private open: number;

  constructor(
    model: string,
    { choices, includesUsage }: { readonly choices: number; readonly includesUsage: boolean },
  ) {
    this.open = choices;
    this.includesUsage = includesUsage;
    this.head = {
      id: newId('chatcmpl-'),
      object: 'chat.completion.chunk',
      created: nowInSeconds(),
      model,
      system_fingerprint: null,
    };
  }

  chunk(choices: readonly object[]): string {
    return dataEvent({ ...this.head, choices, ...(this.includesUsage ? { usage: null } : {}) });
  }

  setUsage(choice: number, usage: Usage | undefined): void {
    this.usages.set(choice, usage);
  }

  /** Ends a choice. For the last choice, returns the end of the stream, after the total usage if the client requested it. */
  end(): string {
    this.open--;
    if (this.open > 0) return '';
    const usage = sumUsage(...this.usages.values());
    const last =
      this.includesUsage && usage !== undefined
        ? dataEvent({ ...this.head, choices: [], usage: chatUsage(usage) })
        : '';
    return last + sseEvent('[DONE]');
  }
}

/** Writer of a response as `chat.completion.chunk` events. */
export class ChatWriter implements Writer {
  private readonly completion: StreamedCompletion;
  private readonly index: number;
  private readonly calls = new Map<number, OpenCall>();
  /** Number of reasoning details so far. */
  private details = 0;
  /** Number of characters of the message so far, which is the position of the next text part. */
  private length = 0;
  /** Positions in the message at which text parts start, by index of the part. */
  private readonly textStarts = new Map<number, number>();
  /** Indices of the parts that are refusals. The wire has a separate member for refusals. */
  private readonly refusals = new Set<number>();
  private hasRole = false;

  /** `index`: index of the choice. */
  constructor(completion: StreamedCompletion, index: number) {
    this.completion = completion;
    this.index = index;
  }

  write(event: StreamEvent): string {
    switch (event.type) {
      case 'text-delta':
        if (!this.refusals.has(event.index)) this.length += event.text.length;
        return this.delta(this.refusals.has(event.index) ? { refusal: event.text } : { content: event.text });
      case 'reasoning-delta':
        return this.delta({ reasoning_content: event.text });
      case 'part-start':
        return this.partStart(event);
      case 'args-delta':
        return this.callArguments(event.index, (args) => args.push(event.json));
      case 'part-end':
        return this.partEnd(event);
      case 'finish':
        return this.finish(event);
      case 'start':
      case 'warning':
      case 'reset':
      case 'continued':
        return '';
    }
  }

  end(): string {
    return this.completion.end();
  }

  fail(refusal: Refusal): string {
    return dataEvent(chatFailure(refusal));
  }

  private partStart({ index, part }: PartStart): string {
    if (part.type === 'tool-call') return this.callStart(index, part);
    if (part.type === 'text') {
      if (part.isRefusal === true) this.refusals.add(index);
      else this.textStarts.set(index, this.length);
    }
    return '';
  }

  private callStart(index: number, { id, name }: { readonly id: string; readonly name: string }): string {
    const position = this.calls.size;
    this.calls.set(index, { position, args: new ArgumentsText() });
    return this.delta({
      tool_calls: [{ index: position, id, type: 'function', function: { name, arguments: '' } }],
    });
  }

  private callArguments(index: number, addTo: (args: ArgumentsText) => string): string {
    const call = this.calls.get(index);
    const json = call === undefined ? '' : addTo(call.args);
    return call === undefined || json === ''
      ? ''
      : this.delta({ tool_calls: [{ index: call.position, function: { arguments: json } }] });
  }

  private partEnd({ index, part }: PartEnd): string {
    if (part.type === 'reasoning') {
      const detail = reasoningDetail(part, this.details++);
      return detail === undefined ? '' : this.delta({ reasoning_details: [detail] });
    }
    if (part.type === 'text') {
      const annotations = chatAnnotations(part, this.textStarts.get(index) ?? 0);
      return annotations.length === 0 ? '' : this.delta({ annotations });
    }
    const call = this.calls.get(index);
    if (part.type !== 'tool-call' || call === undefined) return '';
    const missing = this.callArguments(index, (args) =>
      args.end(part, { complete: argumentsText(part), asWritten: true }),
    );
    const extra = extraContent(part);
    return Object.keys(extra).length === 0
      ? missing
      : missing +
          this.delta({ tool_calls: [{ index: call.position, function: { arguments: '' }, ...extra }] });
  }

  private finish({ reason, usage, logprobs }: Finish): string {
    const { index, completion } = this;
    completion.setUsage(index, usage);
    return completion.chunk([
      { index, delta: this.role(), logprobs: chatLogprobs(logprobs), finish_reason: FINISH[reason] },
    ]);
  }

  private delta(delta: object): string {
    return this.completion.chunk([
      { index: this.index, delta: { ...this.role(), ...delta }, logprobs: null, finish_reason: null },
    ]);
  }

  /** Returns the member `role` for the first delta, and no members for later deltas. */
  private role(): object {
    if (this.hasRole) return {};
    this.hasRole = true;
    return { role: 'assistant' };
  }
}
