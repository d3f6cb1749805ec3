import type { Attempt, LlmError, PartialResponse } from '../contract/llm-error.ts';
import type { AssistantPart } from '../contract/part.ts';
import type { Usage } from '../contract/usage.ts';

/** A part of an answer, under its index; one that is under way as far as it has come. */
export interface ShownPart {
  readonly index: number;
  readonly part: AssistantPart;
  readonly isOpen: boolean;
}

/** Adds up what one attempt says; knows at any time what has arrived. */
export interface Answer<Event extends object, Result> {
  /** Takes the next event, and says what it means to the chain: the first `content` commits, `finish` ends. */
  push(event: Event): 'progress' | 'content' | 'finish';
  /** What is shown of the events that were held back until the first content. */
  opening(held: readonly Event[]): readonly Event[];
  /** The error that the finish stands for, if it is one. */
  fault(): LlmError | undefined;
  /** What has been shown of it, for whoever goes on where it breaks off. */
  shown(): readonly ShownPart[];
  /** What had arrived, for an error; `undefined` before any content. */
  partial(): PartialResponse | undefined;
  /** That have come so far, of whatever is shown. */
  readonly characters: number;
  readonly usage: Usage | undefined;
  /** After the finish. */
  result(facts: { readonly spec: string; readonly attempts: readonly Attempt[] }): Result;
}
