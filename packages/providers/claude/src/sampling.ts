import type { ModelRequest, Warning } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** Sampling parameters to send. */
export interface Sampling {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
}

/**
 * Returns the sampling parameters that the model accepts, with a warning for each dropped parameter. Temperatures are limited
 * to the range from 0 to 1.
 */
export function toSampling(
  request: Pick<ModelRequest, 'temperature' | 'topP' | 'topK'>,
  { sampling }: Pick<ClaudeQuirks, 'sampling'>,
  thinks: boolean,
  warnings: Warning[],
): Sampling {
  const accepted = <T>(what: string, value: T, reason: string | undefined): T | undefined => {
    const why = sampling === 'none' ? 'this model rejects it' : reason;
    if (value === undefined || why === undefined) return value;
    warnings.push({ action: 'dropped', what, why });
    return undefined;
  };
  const { topP, topK } = request;
  const mustBeOne = thinks && request.temperature !== 1;
  const temperature = accepted(
    'temperature',
    request.temperature,
    mustBeOne ? 'it must be 1 while the model thinks' : undefined,
  );
  return {
    temperature: temperature === undefined ? undefined : clampTemperature(temperature, warnings),
    // Without `topP`, `accepted` ignores the reason, so the default 1 has no effect.
    topP: accepted('topP', topP, reasonToDropTopP(topP ?? 1, sampling, thinks, temperature !== undefined)),
    topK: accepted('topK', topK, thinks ? 'the API rejects it while the model thinks' : undefined),
  };
}

function clampTemperature(temperature: number, warnings: Warning[]): number {
  const clamped = Math.min(1, Math.max(0, temperature));
  if (clamped !== temperature)
    warnings.push({ action: 'coerced', what: `temperature to ${clamped}`, why: 'the API accepts 0 to 1' });
  return clamped;
}

function reasonToDropTopP(
  topP: number,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
  hasTemperature: boolean,
): string | undefined {
  if (thinks && topP < 0.95) return 'it must be at least 0.95 while the model thinks';
  return sampling === 'one' && hasTemperature ? 'this model accepts either topP or temperature' : undefined;
}
