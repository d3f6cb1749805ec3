import { LlmError } from '../../contract/llm-error.ts';
import type { Place } from '../../resolve/resolve.ts';
import { backendAt } from './part.ts';

/** Throws `config` where two targets of a chain make vectors of different spaces: nobody mixes them unknowingly. */
export function checkSpaces(places: readonly Place[]): void {
  let first: { readonly key: string; readonly space: string } | undefined;
  for (const place of places) {
    const space = backendAt(place)?.space;
    if (space === undefined) continue;
    first ??= { key: place.key, space };
    if (space !== first.space) throw mixed(first.key, first.space, place.key, space);
  }
}

const mixed = (one: string, space: string, other: string, otherSpace: string): LlmError =>
  new LlmError(
    'config',
    `vectors of different models do not mix: ${one} makes those of "${space}", ${other} those of "${otherSpace}"; chain one model at several places, or say what a free name stands for with the provider's option spaces`,
    { code: 'mixed-spaces' },
  );
