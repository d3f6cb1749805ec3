import type { ModelRequest, Warning } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** Sampling parameters to send. */
export interface Sampling {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
}

/**
 * Returns the sampling parameters that the model accepts, and warns about the others. Temperatures are limited to the range
 * from 0 to 1.
 */
export function toSampling(
  request: Pick<ModelRequest, 'temperature' | 'topP' | 'topK'>,
  { sampling }: Pick<ClaudeQuirks, 'sampling'>,
  thinks: boolean,
  warnings: Warning[],
): Sampling {
  const temperature = toTemperature(request.temperature, sampling, thinks, warnings);
  const accepted = <T>(what: string, value: T, why: string | undefined): T | undefined => {
    if (value === undefined || why === undefined) return value;
    warnings.push({ action: 'dropped', what, why });
    return undefined;
  };
  const { topP, topK } = request;
  return {
    temperature,
    topP: accepted('topP', topP, reasonToDropTopP(topP ?? 1, sampling, thinks, temperature !== undefined)),
    topK: accepted('topK', topK, reasonToDropTopK(sampling, thinks)),
  };
}

function toTemperature(
  requested: number | undefined,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
  warnings: Warning[],
): number | undefined {
  if (requested === undefined) return undefined;
  const why = reasonToDropTemperature(requested, sampling, thinks);
  if (why !== undefined) {
    warnings.push({ action: 'dropped', what: 'temperature', why });
    return undefined;
  }
  const accepted = Math.min(1, Math.max(0, requested));
  if (accepted !== requested)
    warnings.push({ action: 'coerced', what: `temperature to ${accepted}`, why: 'the API accepts 0 to 1' });
  return accepted;
}

function reasonToDropTemperature(
  temperature: number,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
): string | undefined {
  if (sampling === 'none') return 'this model rejects it';
  return thinks && temperature !== 1 ? 'it must be 1 while the model thinks' : undefined;
}

function reasonToDropTopP(
  topP: number,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
  hasTemperature: boolean,
): string | undefined {
  if (sampling === 'none') return 'this model rejects it';
  if (thinks && topP < 0.95) return 'it must be at least 0.95 while the model thinks';
  return sampling === 'one' && hasTemperature ? 'this model accepts either topP or temperature' : undefined;
}

function reasonToDropTopK(sampling: ClaudeQuirks['sampling'], thinks: boolean): string | undefined {
  if (sampling === 'none') return 'this model rejects it';
  return thinks ? 'the API rejects it while the model thinks' : undefined;
}
