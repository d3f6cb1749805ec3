import { Flight } from './flight.ts';

/** Work in progress, and whether this call started the work. */
export interface JoinedFlight<T> {
  readonly flight: Flight<T>;
  readonly isFirst: boolean;
}

/** Work in progress by key. */
export class Flights<T> {
  private readonly underWay = new Map<string, Flight<T>>();

  /**
   * Joins the work in progress or starts it.
   *
   * @param begin starts the work. It calls `endSharing` when later calls no longer need the work, because the store has its
   * result or will not have it. A failure also ends the sharing
   */
  join(key: string, begin: (signal: AbortSignal, endSharing: () => void) => Promise<T>): JoinedFlight<T> {
    const known = this.underWay.get(key);
    if (known?.join() === true) return { flight: known, isFirst: false };
    const endSharing = (): void => {
      if (this.underWay.get(key) === flight) this.underWay.delete(key);
    };
    const flight: Flight<T> = new Flight(async (signal) => {
      // Register the work before it can end.
      await Promise.resolve();
      return begin(signal, endSharing);
    });
    this.underWay.set(key, flight);
    flight.result.catch(endSharing);
    return { flight, isFirst: true };
  }
}
