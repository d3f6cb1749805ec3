import type { Attempt, LlmError, PartialResponse } from '../contract/llm-error.ts';
import type { Usage } from '../contract/usage.ts';

/** Adds up what one attempt says; knows at any time what has arrived. */
export interface Answer<Event extends object, Result> {
  /** Takes the next event, and says what it means to the chain: the first `content` commits, `finish` ends. */
  push(event: Event): 'progress' | 'content' | 'finish';
  /** What is shown of the events that were held back until the first content. */
  opening(held: readonly Event[]): readonly Event[];
  /** The error that the finish stands for, if it is one. */
  fault(): LlmError | undefined;
  /** What had arrived, for an error; `undefined` before any content. */
  partial(): PartialResponse | undefined;
  readonly usage: Usage | undefined;
  /** After the finish. */
  result(facts: { readonly spec: string; readonly attempts: readonly Attempt[] }): Result;
}
