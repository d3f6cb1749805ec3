import type { CallEvent } from '@majordomo/core';

/** Number of attempts of a call, for the headers of the response. */
export class AttemptCounter {
  attempts = 0;
  private readonly next: ((event: CallEvent) => void) | undefined;

  constructor(next: ((event: CallEvent) => void) | undefined) {
    this.next = next;
  }

  readonly onEvent = (event: CallEvent): void => {
    if (event.type === 'attempt-start') this.attempts++;
    this.next?.(event);
  };
}
