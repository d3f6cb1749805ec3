import {
  LlmError,
  type AssistantPart,
  type ModelContext,
  type ModelEvent,
  type ModelRequest,
  type Provider,
} from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';

export interface Collected {
  readonly events: readonly ModelEvent[];
  readonly parts: readonly AssistantPart[];
  readonly finish: Extract<ModelEvent, { type: 'finish' }> | undefined;
  readonly error: LlmError | undefined;
}

/** Everything that a call gives; a failure that is no LlmError is thrown on. */
export async function collect(
  provider: Provider,
  asked: ModelRequest = requestOf(),
  given: ModelContext = contextOf(),
): Promise<Collected> {
  const events: ModelEvent[] = [];
  let error: LlmError | undefined;
  try {
    for await (const step of provider.model('m').stream(asked, given)) {
      if ('type' in step) events.push(step);
      else events.push(...step);
    }
  } catch (thrown) {
    if (!LlmError.is(thrown)) throw thrown;
    error = thrown;
  }
  return {
    events,
    parts: events.flatMap((event) => (event.type === 'part-end' ? [event.part] : [])),
    finish: events.find((event) => event.type === 'finish'),
    error,
  };
}

/** The text of all parts of one type. */
export const textOf = ({ parts }: Collected, type: 'text' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');
