import { Refusal } from './errors/refusal.ts';
import type { Settings } from './options.ts';
import type { BodyLimits } from './parsing/body.ts';

/** Place of a running call. */
export interface Place {
  /** Counts bytes of the request until the call ends. Throws a `busy` refusal if all requests would be too large together. */
  readonly hold: (bytes: number) => void;
  /** Ends the call. May be called more than once. */
  readonly leave: () => void;
}

/** Counter of running calls and of the bytes of their requests, which refuses calls above a limit. */
export class LoadLimit {
  /** Limits that `update` of the gateway can change. */
  settings: Pick<Settings, 'maxConcurrent' | 'maxTotalBodyBytes'>;
  private count = 0;
  private bytes = 0;

  constructor(settings: LoadLimit['settings']) {
    this.settings = settings;
  }

  /** Starts a call. Throws a `busy` refusal if the maximum number of calls is running. */
  enter(): Place {
    const { maxConcurrent } = this.settings;
    if (this.count >= maxConcurrent)
      throw new Refusal(
        'busy',
        `the gateway already serves its maximum of ${maxConcurrent} concurrent calls; retry later`,
      );
    this.count++;
    let held = 0;
    let hasLeft = false;
    return {
      hold: (bytes) => {
        const { maxTotalBodyBytes } = this.settings;
        if (this.bytes + bytes > maxTotalBodyBytes)
          throw new Refusal(
            'busy',
            `the requests that the gateway serves would be larger than ${maxTotalBodyBytes} bytes together; retry later`,
          );
        // The rest of a body that is still being read is dropped.
        if (hasLeft) return;
        held += bytes;
        this.bytes += bytes;
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.count--;
        this.bytes -= held;
      },
    };
  }
}

/** Returns the limits of the body of a request with a place. */
export const limitsOf = ({ maxBodyBytes, maxElements }: Settings, { hold }: Place): BodyLimits => ({
  maxBytes: maxBodyBytes,
  maxElements,
  hold,
});
