import type {
  AssistantPart,
  FinishReason,
  ModelContext,
  ModelEvent,
  ModelRequest,
  Provider,
  Usage,
  Warning,
} from '@majordomo/core';
import { contextOf } from '@majordomo/test-support';

export interface Collected {
  readonly events: readonly ModelEvent[];
  readonly id: string | undefined;
  readonly parts: readonly AssistantPart[];
  readonly text: string;
  readonly reasoning: string;
  readonly finish: FinishReason | undefined;
  readonly raw: string | undefined;
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
}

/** Returns the events and results of a call. */
export async function collect(
  provider: Provider,
  modelId: string,
  request: ModelRequest,
  context: ModelContext = contextOf(),
): Promise<Collected> {
  const events: ModelEvent[] = [];
  for await (const step of provider.model(modelId).stream(request, context)) {
    if (Array.isArray(step)) events.push(...(step as readonly ModelEvent[]));
    else events.push(step as ModelEvent);
  }
  return summary(events);
}

export function summary(events: readonly ModelEvent[]): Collected {
  const parts = events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
  const finish = events.find((event) => event.type === 'finish');
  const start = events.find((event) => event.type === 'start');
  return {
    events,
    id: start?.id,
    parts,
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    finish: finish?.reason,
    raw: finish?.raw,
    usage: finish?.usage,
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.warning] : [])),
  };
}
