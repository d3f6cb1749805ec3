import type { CallEvent } from '@majordomo/core';

/** Follows one call, for the headers of its answer. */
export class Watched {
  /** Tries that have begun. */
  attempts = 0;
  private readonly tell: (event: CallEvent) => void;

  constructor(tell: (event: CallEvent) => void) {
    this.tell = tell;
  }

  readonly onEvent = (event: CallEvent): void => {
    if (event.type === 'attempt-start') this.attempts++;
    this.tell(event);
  };
}
