import { abortable } from '../../abortable.ts';

type Source = (context: {
  readonly signal: AbortSignal;
  readonly rejected: string | undefined;
}) => string | Promise<string>;

/** Values that are remembered; the oldest go. */
const MOST_VALUES = 100;

interface Pending {
  readonly value: Promise<string>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Asks a source for another credential in place of one that was rejected, once for all calls that were rejected with the
 * same value: those that come while it is asked wait for it, and those whose rejection comes later, with a value that
 * they got before, take what it gave.
 */
export class Renewal {
  private readonly source: Source;
  /** Counts what happens, to tell before from after. */
  private moment = 0;
  private readonly handedOut = new Map<string, number>();
  private readonly renewed = new Map<string, { readonly value: string; readonly at: number }>();
  private readonly pending = new Map<string, Pending>();

  constructor(source: Source) {
    this.source = source;
  }

  /** A value for an attempt that has not been rejected. */
  async first(signal: AbortSignal): Promise<string> {
    const value = await this.source({ signal, rejected: undefined });
    keep(this.handedOut, value, ++this.moment);
    return value;
  }

  async instead(rejected: string, signal: AbortSignal): Promise<string> {
    const known = this.renewed.get(rejected);
    const isNewer = known !== undefined && known.at > (this.handedOut.get(rejected) ?? 0);
    if (isNewer && known.value !== rejected) return known.value;
    const pending = this.pending.get(rejected) ?? this.begin(rejected);
    pending.waiters++;
    try {
      return await abortable(pending.value, signal);
    } finally {
      // Nobody waits any more: the source is told.
      if (--pending.waiters === 0) pending.controller.abort(signal.reason);
    }
  }

  private begin(rejected: string): Pending {
    const controller = new AbortController();
    const pending: Pending = { value: this.ask(rejected, controller.signal), controller, waiters: 0 };
    this.pending.set(rejected, pending);
    const forget = (): void => {
      if (this.pending.get(rejected) === pending) this.pending.delete(rejected);
    };
    pending.value.then(forget, forget);
    return pending;
  }

  private async ask(rejected: string, signal: AbortSignal): Promise<string> {
    const value = await this.source({ signal, rejected });
    keep(this.renewed, rejected, { value, at: ++this.moment });
    keep(this.handedOut, value, this.moment);
    return value;
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_VALUES && oldest !== undefined) map.delete(oldest);
}
