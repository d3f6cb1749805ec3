import {
  type AssistantPart,
  type FinishReason,
  LlmError,
  type Model,
  type ModelContext,
  type ModelEvent,
  type ModelRequest,
  type ToolCallPart,
  type Usage,
  type VendorFacts,
  type Warning,
} from '@majordomo/core';

/** Result of a model's stream that ended or failed. */
export interface Collected {
  readonly events: readonly ModelEvent[];
  /** Finished parts, in order. */
  readonly parts: readonly AssistantPart[];
  readonly text: string;
  readonly toolCalls: readonly ToolCallPart[];
  readonly id: string | undefined;
  readonly finish: FinishReason | undefined;
  readonly rawFinish: string | undefined;
  readonly usage: Usage | undefined;
  /** Model that answered, by the vendor's name. */
  readonly model: string | undefined;
  /** Facts in the vendor's terms. */
  readonly vendor: VendorFacts | undefined;
  readonly warnings: readonly Warning[];
  readonly error: LlmError | undefined;
}

/** Function called for every batch of events. Return `leave` to stop reading. */
export type OnStep = (events: readonly ModelEvent[]) => 'leave' | undefined;

/** Reads a stream until it ends or throws an `LlmError`, or until `onStep` returns `leave`. Rejects with any other error. */
export async function collect(
  model: Model,
  request: ModelRequest,
  context: ModelContext,
  onStep: OnStep = () => undefined,
): Promise<Collected> {
  const events: ModelEvent[] = [];
  try {
    for await (const step of model.stream(request, context)) {
      const batch = 'type' in step ? [step] : step;
      events.push(...batch);
      if (onStep(batch) === 'leave') break;
    }
    return summarize(events, undefined);
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return summarize(events, error);
  }
}

function summarize(events: readonly ModelEvent[], error: LlmError | undefined): Collected {
  const parts = events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
  const start = events.find((event) => event.type === 'start');
  const finish = events.find((event) => event.type === 'finish');
  return {
    events,
    parts,
    text: parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''),
    toolCalls: parts.flatMap((part) => (part.type === 'tool-call' ? [part] : [])),
    id: start?.id,
    finish: finish?.reason,
    rawFinish: finish?.raw,
    usage: finish?.usage,
    model: finish?.model ?? start?.model,
    vendor: finish?.vendor,
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.warning] : [])),
    error,
  };
}
