import type { ModelRequest, Warning } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** What goes out of `temperature`, `topP` and `topK`. */
export interface Sampling {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
}

/**
 * The sampling that a model takes; the rest is dropped, with a warning each. Temperatures are kept from 0 to 1, the range
 * of both wires.
 *
 * @param thinks while it thinks, the API takes a temperature of 1 and a top_p of 0.95 and above only
 */
export function toSampling(
  asked: Pick<ModelRequest, 'temperature' | 'topP' | 'topK'>,
  { sampling }: Pick<ClaudeQuirks, 'sampling'>,
  thinks: boolean,
  warnings: Warning[],
): Sampling {
  const temperature = toTemperature(asked.temperature, sampling, thinks, warnings);
  const kept = <T>(what: string, value: T, why: string | undefined): T | undefined => {
    if (value === undefined || why === undefined) return value;
    warnings.push({ action: 'dropped', what, why });
    return undefined;
  };
  const { topP, topK } = asked;
  return {
    temperature,
    topP: kept('topP', topP, topPRefusal(topP ?? 1, sampling, thinks, temperature !== undefined)),
    topK: kept('topK', topK, topKRefusal(sampling, thinks)),
  };
}

function toTemperature(
  asked: number | undefined,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
  warnings: Warning[],
): number | undefined {
  if (asked === undefined) return undefined;
  const why = temperatureRefusal(asked, sampling, thinks);
  if (why !== undefined) {
    warnings.push({ action: 'dropped', what: 'temperature', why });
    return undefined;
  }
  const kept = Math.min(1, Math.max(0, asked));
  if (kept !== asked)
    warnings.push({ action: 'coerced', what: `temperature to ${kept}`, why: 'this wire goes from 0 to 1' });
  return kept;
}

function temperatureRefusal(
  temperature: number,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
): string | undefined {
  if (sampling === 'none') return 'this model does not take it';
  return thinks && temperature !== 1 ? 'it must be 1 while the model thinks' : undefined;
}

function topPRefusal(
  topP: number,
  sampling: ClaudeQuirks['sampling'],
  thinks: boolean,
  hasTemperature: boolean,
): string | undefined {
  if (sampling === 'none') return 'this model does not take it';
  if (thinks && topP < 0.95) return 'it must be at least 0.95 while the model thinks';
  return sampling === 'one' && hasTemperature ? 'this model takes it or the temperature' : undefined;
}

function topKRefusal(sampling: ClaudeQuirks['sampling'], thinks: boolean): string | undefined {
  if (sampling === 'none') return 'this model does not take it';
  return thinks ? 'the wire refuses it while the model thinks' : undefined;
}
