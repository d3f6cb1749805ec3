import type { ModelRequest } from '../contract/request.ts';
import type { Warning } from '../contract/response.ts';

/** Settings of a request that not every wire has. */
export type OptionalSetting =
  | 'seed'
  | 'stop'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'logprobs'
  | 'serviceTier';

/** A warning for each of these that was asked for, for a wire that has no place for them. */
export const unsentSettings = (
  request: ModelRequest,
  names: readonly OptionalSetting[],
  why = 'this wire has none',
): readonly Warning[] =>
  names
    .filter((name) => request[name] !== undefined)
    .map((what): Warning => ({ action: 'dropped', what, why }));
