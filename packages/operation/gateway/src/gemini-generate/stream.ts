import { sumUsage, type AssistantPart, type StreamEvent, type TextPart, type Usage } from '@majordomo/core';
import type { Refusal } from '../errors/refusal.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { newId } from '../response/id.ts';
import { dataEvent } from '../response/sse.ts';
import type { Writer } from '../wire.ts';
import { geminiFailure } from './failure.ts';
import { citationMetadata, finishReason, geminiPart, geminiUsage } from './response.ts';

/** State that all candidates of a streamed response share: members of each chunk, and usage. */
export class StreamedCandidates {
  readonly head: object;
  private readonly usages = new Map<number, Usage | undefined>();

  constructor(model: string) {
    this.head = { modelVersion: model, responseId: newId('') };
  }

  /** Ends a candidate. Returns the usage of all candidates that have ended, because clients use the last count of a stream. */
  end(candidate: number, usage: Usage | undefined): object {
    this.usages.set(candidate, usage);
    return geminiUsage(sumUsage(...this.usages.values()));
  }
}

/** Writer of a candidate as chunks. Each chunk has the form of a complete response. */
export class GeminiWriter implements Writer {
  private readonly response: StreamedCandidates;
  private readonly index: number;
  private readonly texts: TextPart[] = [];

  constructor(response: StreamedCandidates, index: number) {
    this.response = response;
    this.index = index;
  }

  end(): string {
    return '';
  }

  fail(refusal: Refusal): string {
    return dataEvent(geminiFailure(refusal));
  }

  write(event: StreamEvent): string {
    switch (event.type) {
      case 'text-delta':
        return this.chunk([{ text: event.text }]);
      case 'reasoning-delta':
        return this.chunk([{ text: event.text, thought: true }]);
      case 'part-end':
        return this.partEnd(event.part);
      case 'finish': {
        const end = { finishReason: finishReason(event.reason), ...citationMetadata(this.texts) };
        return this.chunk([{ text: '' }], end, { usageMetadata: this.response.end(this.index, event.usage) });
      }
      case 'start':
      case 'part-start':
      case 'args-delta':
      case 'warning':
      case 'reset':
      case 'continued':
        // `textOfEvents` throws the error of a reset after the first content, so nothing that was sent must be discarded here.
        return '';
    }
  }

  /**
   * Writes a call, or the signature of a text or of a thought. Its content has been written before. For other parts, `droppedParts` returns
   * warnings, which are sent in a header.
   */
  private partEnd(part: AssistantPart): string {
    if (part.type === 'text') this.texts.push(part);
    if (part.type === 'tool-call') return this.chunk(geminiPart(part));
    const signature = part.type === 'text' || part.type === 'reasoning' ? tokenText(part.replay) : undefined;
    if (signature === undefined) return '';
    const signed = { text: '', thoughtSignature: signature };
    return this.chunk([part.type === 'text' ? signed : { ...signed, thought: true }]);
  }

  private chunk(parts: readonly object[], ofCandidate: object = {}, ofResponse: object = {}): string {
    const content = { role: 'model', parts };
    return dataEvent({
      candidates: [{ content, index: this.index, ...ofCandidate }],
      ...ofResponse,
      ...this.response.head,
    });
  }
}
