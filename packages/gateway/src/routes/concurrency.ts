import { Refusal } from '../refusal.ts';

/** Counts the calls that are under way. */
export class Busy {
  private readonly most: number;
  private count = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** One more, or a refusal; to be called once when it is over. */
  enter(): () => void {
    if (this.count >= this.most)
      throw new Refusal('busy', `the gateway serves ${this.most} calls at a time, and all are taken`, {
        retryAfterMs: 1000,
      });
    this.count++;
    let isOver = false;
    return () => {
      if (!isOver) this.count--;
      isOver = true;
    };
  }
}
