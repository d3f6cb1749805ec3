import type {
  AssistantPart,
  LlmError,
  Model,
  ModelContext,
  ModelEvent,
  ModelRequest,
  Warning,
} from '@majordomo/core';

export interface Collected {
  readonly id: string | undefined;
  readonly parts: readonly AssistantPart[];
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly Extract<AssistantPart, { type: 'tool-call' }>[];
  readonly finish: Extract<ModelEvent, { type: 'finish' }> | undefined;
  readonly warnings: readonly Warning[];
  readonly error: LlmError | undefined;
}

/** Runs one model call to its end; what it throws is a result too. */
export async function collect(
  model: Model,
  request: ModelRequest,
  context: ModelContext,
): Promise<Collected> {
  const events: ModelEvent[] = [];
  let error: LlmError | undefined;
  try {
    for await (const step of model.stream(request, context)) {
      if ('type' in step) events.push(step);
      else events.push(...step);
    }
  } catch (thrown) {
    error = thrown as LlmError;
  }
  return facts(events, error);
}

/** What events add up to. */
function facts(events: readonly ModelEvent[], error?: LlmError): Collected {
  const parts = events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
  const start = events.find((event) => event.type === 'start');
  return {
    id: start?.id,
    parts,
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    toolCalls: parts.filter((part) => part.type === 'tool-call'),
    finish: events.find((event) => event.type === 'finish'),
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.warning] : [])),
    error,
  };
}
