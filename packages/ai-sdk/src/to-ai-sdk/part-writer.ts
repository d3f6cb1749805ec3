import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { AssistantPart, PartHead, StreamEvent } from '@majordomo/core';
import { theirCitations } from '../citations.ts';
import { theirCall, theirVendor } from './content.ts';
import { withReplay } from './replay.ts';

/** Our events as parts of their stream. Fragments of a call are named by its id there, by its index here. */
export class PartWriter {
  private readonly callIds = new Map<number, string>();

  /** None for what their stream tells elsewhere, or not at all. */
  parts(event: StreamEvent): readonly LanguageModelV4StreamPart[] {
    switch (event.type) {
      case 'start':
        return [
          {
            type: 'response-metadata',
            modelId: event.target,
            ...(event.id === undefined ? {} : { id: event.id }),
          },
        ];
      case 'part-start':
        return [this.begun(event.index, event.part)];
      case 'text-delta':
      case 'reasoning-delta':
        return [{ type: event.type, id: String(event.index), delta: event.text }];
      case 'args-delta':
        return [{ type: 'tool-input-delta', id: this.callIds.get(event.index) ?? '', delta: event.json }];
      case 'part-end':
        return ended(event.index, event.part);
      case 'continued':
      case 'warning':
      case 'finish':
      case 'reset':
        return [];
    }
  }

  private begun(index: number, part: PartHead): LanguageModelV4StreamPart {
    if (part.type !== 'tool-call') return { type: `${part.type}-start`, id: String(index) };
    this.callIds.set(index, part.id);
    return { type: 'tool-input-start', id: part.id, toolName: part.name };
  }
}

function ended(index: number, part: AssistantPart): readonly LanguageModelV4StreamPart[] {
  const id = String(index);
  switch (part.type) {
    case 'tool-call':
      return [{ type: 'tool-input-end', id: part.id }, theirCall(part)];
    case 'vendor':
      return [theirVendor(part)];
    case 'text':
      return [{ type: 'text-end', id, ...theirCitations(part.citations), ...withReplay(part.replay) }];
    case 'reasoning':
      return [{ type: 'reasoning-end', id, ...withReplay(part.replay) }];
  }
}
