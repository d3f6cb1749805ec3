import { LlmError } from '@majordomo/core';

/** Turns of each model, one per call, in order. */
export type Scripts<Turn> = Readonly<Record<string, readonly Turn[]>>;

/** Scripts of several models, with the number of played turns of each model. */
export class FakeScript<Turn> {
  private readonly scripts: Scripts<Turn>;
  private readonly played = new Map<string, number>();

  constructor(scripts: Scripts<Turn>) {
    this.scripts = scripts;
  }

  /** Returns the next turn of a model and its number, from 1. Throws `config` if the model has no script or no next turn. */
  next(modelId: string, target: string): { readonly turn: Turn; readonly number: number } {
    const { scripts, played } = this;
    const script = Object.hasOwn(scripts, modelId) ? scripts[modelId] : undefined;
    if (script === undefined)
      throw unscriptedError(
        target,
        `the model has no script; add a script, or use one of the models ${Object.keys(scripts).join(', ')}`,
      );
    const number = (played.get(modelId) ?? 0) + 1;
    played.set(modelId, number);
    const turn = script[number - 1];
    if (turn === undefined)
      throw unscriptedError(target, `the script has no turn ${number}; add it (turns: ${script.length})`);
    return { turn, number };
  }

  /** Number of turns that were not played. */
  get unplayed(): number {
    return Object.entries(this.scripts).reduce(
      (sum, [modelId, script]) => sum + Math.max(0, script.length - (this.played.get(modelId) ?? 0)),
      0,
    );
  }
}

/** Creates the `config` error of a call for which the script has no suitable turn. */
export const unscriptedError = (target: string, why: string): LlmError =>
  new LlmError('config', `unexpected call of the fake model ${target}: ${why}`, {
    target,
    code: 'unscripted',
  });
