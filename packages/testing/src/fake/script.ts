import { LlmError } from '@majordomo/core';

/** Per model the turns that it plays, one a call, in order. */
export type Scripts<Turn> = Readonly<Record<string, readonly Turn[]>>;

/** The turns of a fake's models, and how far they are. */
export class FakeScript<Turn> {
  private readonly scripts: Scripts<Turn>;
  private readonly played = new Map<string, number>();

  constructor(scripts: Scripts<Turn>) {
    this.scripts = scripts;
  }

  /** The turn of this call, and its number from 1. Throws `config` for a call that no script has. */
  next(modelId: string, target: string): { readonly turn: Turn; readonly number: number } {
    const { scripts, played } = this;
    const script = Object.hasOwn(scripts, modelId) ? scripts[modelId] : undefined;
    if (script === undefined)
      throw unscriptedError(target, `it has no script, only ${Object.keys(scripts).join(', ')} have`);
    const number = (played.get(modelId) ?? 0) + 1;
    played.set(modelId, number);
    const turn = script[number - 1];
    if (turn === undefined)
      throw unscriptedError(target, `this is call ${number}, and its script ends with turn ${script.length}`);
    return { turn, number };
  }

  /** Turns that no call has played yet. */
  get unplayed(): number {
    return Object.entries(this.scripts).reduce(
      (sum, [modelId, script]) => sum + Math.max(0, script.length - (this.played.get(modelId) ?? 0)),
      0,
    );
  }
}

/** A call that the script does not have: no vendor's failure, so that no chain retries it or passes it on. */
export const unscriptedError = (target: string, why: string): LlmError =>
  new LlmError('config', `unexpected call of the fake model ${target}: ${why}`, {
    target,
    code: 'unscripted',
  });
