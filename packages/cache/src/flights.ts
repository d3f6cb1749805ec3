import { Flight } from './flight.ts';

/** Joined: is it the one that began it? */
export interface JoinedFlight<T> {
  readonly flight: Flight<T>;
  readonly isFirst: boolean;
}

/** What is under way, by what is asked for. */
export class Flights<T> {
  private readonly underWay = new Map<string, Flight<T>>();

  /**
   * The one under way, or a new one.
   *
   * @param begin is told how to say that who asks from now on shall begin again; a failure says so by itself
   */
  join(key: string, begin: (signal: AbortSignal, landed: () => void) => Promise<T>): JoinedFlight<T> {
    const known = this.underWay.get(key);
    if (known?.join() === true) return { flight: known, isFirst: false };
    const landed = (): void => {
      if (this.underWay.get(key) === flight) this.underWay.delete(key);
    };
    const flight: Flight<T> = new Flight(async (signal) => {
      // The flight stands on the list before it can land.
      await Promise.resolve();
      return begin(signal, landed);
    });
    this.underWay.set(key, flight);
    flight.result.catch(landed);
    return { flight, isFirst: true };
  }
}
