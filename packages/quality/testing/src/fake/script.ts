import { LlmError, messageOf } from '@majordomo/core';

/** Turns of each model, one per call, in order. */
export type Scripts<Turn> = Readonly<Record<string, readonly Turn[]>>;

/** Turn whose functions have been replaced by their results. */
export type ResolvedTurn<Turn> = Exclude<Turn, (request: never) => unknown>;

/** Scripts of several models, with the number of played turns of each model. */
export class FakeScript<Turn> {
  private readonly scripts: Scripts<Turn>;
  private readonly problemOf: (turn: unknown) => string | undefined;
  private readonly played = new Map<string, number>();

  /** `problemOf` returns the problem of a turn as a predicate; `undefined` for a valid turn. */
  constructor(scripts: Scripts<Turn>, problemOf: (turn: unknown) => string | undefined) {
    this.scripts = scripts;
    this.problemOf = problemOf;
  }

  /**
   * Returns the next turn of a model and its number, from 1. Calls the turn if it is a function. Throws `config` for an invalid turn,
   * and if the model has no script or no next turn.
   */
  next(
    modelId: string,
    request: unknown,
    target: string,
  ): { readonly turn: ResolvedTurn<Turn>; readonly number: number } {
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
    try {
      const resolved = resolvedTurn(turn, request);
      const problem = this.problemOf(resolved);
      if (problem !== undefined) throw new Error(problem);
      return { turn: resolved as ResolvedTurn<Turn>, number };
    } catch (error) {
      const message = `the script of the fake model ${target}: turn ${number} ${messageOf(error)}`;
      throw new LlmError('config', message, { target, code: 'script' }, { cause: error });
    }
  }

  /** Number of turns that were not played. */
  get unplayed(): number {
    return Object.entries(this.scripts).reduce(
      (sum, [modelId, script]) => sum + Math.max(0, script.length - (this.played.get(modelId) ?? 0)),
      0,
    );
  }
}

function resolvedTurn(turn: unknown, request: unknown): unknown {
  let resolved = turn;
  try {
    while (typeof resolved === 'function') resolved = (resolved as (request: unknown) => unknown)(request);
  } catch (error) {
    throw new Error(`threw ${messageOf(error)}`, { cause: error });
  }
  return resolved;
}

/** Creates the `config` error of a call for which the script has no suitable turn. */
export const unscriptedError = (target: string, why: string): LlmError =>
  new LlmError('config', `unexpected call of the fake model ${target}: ${why}`, {
    target,
    code: 'unscripted',
  });
