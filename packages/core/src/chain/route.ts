import type { Place } from '../resolve/resolve.ts';
import type { Operation } from './operation.ts';
import type { RecoveryMemory } from './recoveries.ts';
import { Visit } from './visit.ts';

/** Where a call stands on its chain. */
export class Route<Event extends object, Result> {
  readonly keys: readonly string[];
  private readonly places: readonly Place[];
  private readonly operation: Operation<Event, Result>;
  private readonly memory: RecoveryMemory;
  private readonly visits: Visit<Event, Result>[] = [];
  private at = 0;
  private forced = -1;

  constructor(places: readonly Place[], operation: Operation<Event, Result>, memory: RecoveryMemory) {
    this.places = places;
    this.keys = places.map(({ key }) => key);
    this.operation = operation;
    this.memory = memory;
  }

  /** The target whose turn it is; `undefined` behind the last one. */
  get current(): Visit<Event, Result> | undefined {
    const place = this.places[this.at];
    if (place === undefined) return undefined;
    return (this.visits[this.at] ??= new Visit(place, this.operation, this.memory));
  }

  /** Is the current target to be tried although it is benched? */
  get isForced(): boolean {
    return this.forced === this.at;
  }

  /** Has any target been forced? */
  get wasForced(): boolean {
    return this.forced >= 0;
  }

  advance(): void {
    this.at++;
  }

  restart(): void {
    this.at = 0;
  }

  force(key: string): void {
    this.at = this.forced = this.keys.indexOf(key);
  }
}
