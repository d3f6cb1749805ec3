import type { Target } from '../resolve/resolve.ts';
import type { Call, ChainDeps, Operation } from './contract.ts';
import type { ClaimMode } from './health-claim.ts';
import { TargetState } from './target-state.ts';

/** Targets of one call, in the order in which they are tried, and the current target. */
export class Chain<Event extends object, Result> {
  /** State of every target, including those that have not been tried. */
  readonly all: readonly TargetState<Event, Result>[];
  /** Whether a benched target has been made the current target with `force`. */
  wasForced = false;
  private position = 0;
  private forced: { readonly position: number; readonly mode: ClaimMode } | undefined;

  constructor(
    targets: readonly Target[],
    { operation, settingsFor }: Pick<Call<Event, Result>, 'operation' | 'settingsFor'>,
    deps: ChainDeps,
  ) {
    const last = targets.length - 1;
    this.all = targets.map(
      (target, at) => new TargetState(target, operation, settingsFor(target), deps, at === last),
    );
  }

  /** Target to try next; `undefined` after the last target. */
  get current(): TargetState<Event, Result> | undefined {
    return this.all[this.position];
  }

  /** Targets after the current one. */
  get next(): readonly TargetState<Event, Result>[] {
    return this.all.slice(this.position + 1);
  }

  /** Rule that determines whether the current target may be contacted while it is benched. */
  get mode(): ClaimMode {
    return this.forced?.position === this.position ? this.forced.mode : 'unless-benched';
  }

  /** Whether a target follows the current one. Targets that have already failed in a race are not tried again. */
  get hasNext(): boolean {
    return this.next.some(({ hasFailedInRace }) => !hasFailedInRace);
  }

  /** Moves to the next target, and skips targets that have already failed in a race. */
  advance(): void {
    do this.position++;
    while (this.current?.hasFailedInRace === true);
  }

  /** Replaces the operation of all targets. */
  setOperation(operation: Operation<Event, Result>): void {
    for (const state of this.all) state.setOperation(operation);
  }

  goTo(state: TargetState<Event, Result>): void {
    this.position = this.all.indexOf(state);
  }

  restart(): void {
    this.position = 0;
  }

  /** Makes a benched target the current target, and sets the mode that determines whether the target may be contacted. */
  force(state: TargetState<Event, Result>, mode: ClaimMode): void {
    this.goTo(state);
    this.forced = { position: this.position, mode };
    this.wasForced = true;
  }

  /** Ends the permission of `force`. A retry does not need it, because a call does not retry a target that is benched. */
  endForce(): void {
    this.forced = undefined;
  }
}
