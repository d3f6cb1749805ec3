import type { AssistantPart, PartHead, StreamEvent, ToolResultPart } from '@majordomo/core';
import { Accumulator } from '@majordomo/core/toolkit';
import type { UiEvent } from './events.ts';
import { missedEvents, type Encoder, type Ending } from './response-stream.ts';
import type { UiFacts } from './types.ts';

/** Part that the client shows as incomplete. */
export interface OpenPart {
  readonly type: PartHead['type'];
  readonly id: string;
}

/** Base class of the encoders. Tracks the current step, its content and its open parts. */
export abstract class StepEncoder<Chunk> implements Encoder<Chunk> {
  step = 0;
  protected readonly open: Map<number, OpenPart> = new Map();
  private accumulator = new Accumulator('');
  private isStepOpen = false;
  /** Whether the client shows content of the current step. */
  private hasContent = false;

  abstract start(): Chunk[];
  abstract ending(ending: Ending): Promise<Chunk[]>;
  abstract last(ending: Ending, facts: UiFacts | undefined, errorText: string | undefined): Chunk[];

  protected abstract startStep(): Chunk[];
  protected abstract finishStep(): Chunk[];
  /** Removes the content of the step. Throws if the protocol cannot remove it. */
  protected abstract removeContent(cause: unknown): Chunk[];
  protected abstract startPart(index: number, head: PartHead): Chunk[];
  protected abstract delta(part: OpenPart, text: string): Chunk;
  /** @param open `undefined` for a part that was not started */
  protected abstract endPart(open: OpenPart | undefined, part: AssistantPart): Chunk[];
  /** Ends a part that is still open when the response ends. */
  protected abstract closePart(part: OpenPart): Chunk[];
  protected abstract toolResult(result: ToolResultPart): Chunk;

  /** Parts of the current step. */
  get shown(): readonly AssistantPart[] {
    return this.accumulator.partial()?.parts ?? [];
  }

  event(event: UiEvent): Chunk[] {
    switch (event.type) {
      case 'step':
        return this.beginStep(event.step);
      case 'model':
        return this.modelEvent(event.event);
      case 'tool-end':
        return [this.toolResult(event.result)];
      case 'step-end':
        return this.endStep();
      case 'restart':
        return event.step === this.step ? this.reset('The process of the response ended.') : [];
      case 'missed':
        throw missedEvents();
      default:
        return event satisfies never;
    }
  }

  protected endStep(): Chunk[] {
    if (!this.isStepOpen) return [];
    this.isStepOpen = false;
    return this.finishStep();
  }

  protected closeParts(): Chunk[] {
    const parts = [...this.open.values()];
    this.open.clear();
    return parts.flatMap((part) => this.closePart(part));
  }

  private beginStep(step: number): Chunk[] {
    if (this.isStepOpen && step === this.step) return [];
    const chunks = this.endStep();
    this.forgetContent();
    this.step = step;
    this.isStepOpen = true;
    return [...chunks, ...this.startStep()];
  }

  private reset(cause: unknown): Chunk[] {
    if (!this.isStepOpen) return [];
    const chunks = this.hasContent ? this.removeContent(cause) : [];
    this.forgetContent();
    return chunks;
  }

  private forgetContent(): void {
    this.open.clear();
    this.accumulator = new Accumulator('');
    this.hasContent = false;
  }

  private modelEvent(event: StreamEvent): Chunk[] {
    if (event.type === 'reset') return this.reset(event.error);
    // The next target continues the open parts.
    if (event.type === 'continued') return [];
    this.accumulator.push(event);
    const chunks = this.partEvent(event);
    this.hasContent ||= chunks.length > 0;
    return chunks;
  }

  private partEvent(event: StreamEvent): Chunk[] {
    switch (event.type) {
      case 'part-start':
        return this.startPart(event.index, event.part);
      case 'text-delta':
      case 'reasoning-delta':
        return this.textDelta(event.index, event.text);
      case 'args-delta':
        return this.textDelta(event.index, event.json);
      case 'part-end': {
        const open = this.open.get(event.index);
        this.open.delete(event.index);
        return this.endPart(open, event.part);
      }
      default:
        return [];
    }
  }

  private textDelta(index: number, text: string): Chunk[] {
    const part = this.open.get(index);
    // AG-UI clients reject an empty delta.
    return part === undefined || text === '' ? [] : [this.delta(part, text)];
  }
}
