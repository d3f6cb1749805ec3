import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { AssistantPart, PartHead, StreamEvent } from '@majordomo/core';
import { toSdkCitations } from '../citations.ts';
import { toSdkMedia, toSdkToolCall, toSdkVendorPart } from './content.ts';
import { withReplay } from './replay.ts';

/** Converter of events to stream parts of the AI SDK. Parts identify the chunks of a call by the call's id, not by an index. */
export class PartWriter {
  private readonly callIds = new Map<number, string>();

  /** Returns the parts for an event. Returns an empty list for an event that has no part in the AI SDK. */
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
        return [this.startPart(event.index, event.part)];
      case 'text-delta':
      case 'reasoning-delta':
        return [{ type: event.type, id: String(event.index), delta: event.text }];
      case 'args-delta':
        return [{ type: 'tool-input-delta', id: this.callIds.get(event.index) ?? '', delta: event.json }];
      case 'part-end':
        return endParts(event.index, event.part);
      case 'continued':
      case 'warning':
      case 'finish':
      case 'reset':
        return [];
    }
  }

  private startPart(index: number, part: PartHead): LanguageModelV4StreamPart {
    if (part.type !== 'tool-call') return { type: `${part.type}-start`, id: String(index) };
    this.callIds.set(index, part.id);
    return { type: 'tool-input-start', id: part.id, toolName: part.name };
  }
}

function endParts(index: number, part: AssistantPart): readonly LanguageModelV4StreamPart[] {
  const id = String(index);
  switch (part.type) {
    case 'tool-call':
      return [{ type: 'tool-input-end', id: part.id }, toSdkToolCall(part)];
    case 'vendor':
    case 'vendor-call':
      return [toSdkVendorPart(part)];
    case 'image':
    case 'audio':
      return [toSdkMedia(part)];
    case 'text':
      return [{ type: 'text-end', id, ...toSdkCitations(part.citations), ...withReplay(part.replay) }];
    case 'reasoning':
      return [{ type: 'reasoning-end', id, ...withReplay(part.replay) }];
  }
}
