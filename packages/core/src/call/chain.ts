import type { Target } from '../resolve/resolve.ts';
import type { Call, ChainDeps, Operation } from './call.ts';
import type { ClaimMode } from './health-claim.ts';
import type { ChainSettings } from './settings.ts';
import { TargetState } from './target-state.ts';

/** Where a call stands on its chain. */
export class Route<Event extends object, Result> {
  readonly places: readonly Target[];
  private readonly settingsAt: (place: Target) => ChainSettings;
  private operation: Operation<Event, Result>;
  private readonly deps: ChainDeps;
  private readonly visits: (TargetState<Event, Result> | undefined)[] = [];
  private at = 0;
  private forced: { readonly at: number; readonly mode: ClaimMode } | undefined;

  constructor(
    places: readonly Target[],
    call: Pick<Call<Event, Result>, 'operation' | 'settingsAt'>,
    deps: ChainDeps,
  ) {
    this.places = places;
    this.operation = call.operation;
    this.settingsAt = call.settingsAt;
    this.deps = deps;
  }

  /** The target whose turn it is; `undefined` behind the last one. */
  get current(): TargetState<Event, Result> | undefined {
    return this.visitAt(this.at);
  }

  /** Is the current target the last one? */
  get isAtEnd(): boolean {
    return this.at >= this.places.length - 1;
  }

  /** Those whose turn would come after the current one. */
  get behind(): readonly TargetState<Event, Result>[] {
    return this.all.slice(this.at + 1);
  }

  /** How the current target is asked, should it be benched. */
  get mode(): ClaimMode {
    return this.forced?.at === this.at ? this.forced.mode : 'unless-benched';
  }

  /** Has a target been forced? */
  get wasForced(): boolean {
    return this.forced !== undefined;
  }

  /** Of all targets, those that have not had their turn included. */
  get all(): readonly TargetState<Event, Result>[] {
    return this.places.flatMap((_place, at) => this.visitAt(at) ?? []);
  }

  /** To the next target, past those that have failed permanently already. */
  advance(): void {
    do this.at++;
    while (this.current?.isSpent === true);
  }

  /** From now on the targets are asked this. */
  ask(operation: Operation<Event, Result>): void {
    this.operation = operation;
    for (const visit of this.visits) visit?.ask(operation);
  }

  /** It is this one's turn. */
  goTo(visit: TargetState<Event, Result>): void {
    this.at = this.visits.indexOf(visit);
  }

  restart(): void {
    this.at = 0;
  }

  force(key: string, mode: ClaimMode): void {
    this.at = this.places.findIndex((place) => place.key === key);
    this.forced = { at: this.at, mode };
  }

  private visit(place: Target): TargetState<Event, Result> {
    return new TargetState(place, this.operation, this.settingsAt(place), this.deps);
  }

  private visitAt(at: number): TargetState<Event, Result> | undefined {
    const place = this.places[at];
    return place && (this.visits[at] ??= this.visit(place));
  }
}
