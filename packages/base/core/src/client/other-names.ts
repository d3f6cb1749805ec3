import { REQUEST_MEMBERS } from '../prepare/validate.ts';
import type { Kind, Kinds } from '../util/options.ts';

/** Table in which every name is refused with the same remedy; see `Kinds`. */
export const refuseAll = (names: readonly string[], remedy: string): Kinds =>
  Object.fromEntries(names.map((name): [string, Kind] => [name, `refused: ${remedy}`]));

/** Names that belong elsewhere or that other libraries use for an option of a call, with the remedy. */
export const OTHER_CALL_NAMES: Kinds = {
  ...refuseAll(REQUEST_MEMBERS, 'it is a member of the request, which is the first argument'),
  abortSignal: 'refused: use signal',
  maxRetries: 'refused: use attempts, which includes the first attempt',
  maxAttempts: 'refused: use attempts',
  retries: 'refused: use attempts, which includes the first attempt',
  timeout: 'refused: use timeouts: { totalMs }',
  timeoutMs: 'refused: use timeouts: { totalMs }',
  onFinish: 'refused: await the response, or use onEvent',
  onError: 'refused: catch the error of the call, or use onEvent',
  onChunk: 'refused: iterate model.stream(request)',
  headers: 'refused: pass it to createMajordomo or majordomo.with',
  fetch: 'refused: pass it to createMajordomo or majordomo.with',
  apiKey: 'refused: pass it to the provider',
  baseURL: 'refused: pass it to the provider',
  providerOptions: 'refused: use extra, which is a member of the request',
  model: 'refused: pass the spec to majordomo.model',
};

/** Table in which the members of an option are refused at the top level. For `attempts`, the remedy is `chain: { attempts }`. */
export const refuseMembers = (option: string, members: Kinds): Kinds =>
  Object.fromEntries(
    Object.keys(members).map((name): [string, Kind] => [name, `refused: write ${option}: { ${name} }`]),
  );

/** Names that belong elsewhere or that other libraries use for an option of `createMajordomo`, with the remedy. */
export const OTHER_MAJORDOMO_NAMES: Kinds = {
  ...refuseAll(REQUEST_MEMBERS, 'it is a member of a request; an alias sets a default with { spec, with }'),
  signal: 'refused: pass it to each call',
  abortSignal: 'refused: pass signal to each call',
  tenant: 'refused: pass it to each call',
  metadata: 'refused: pass it to each call',
  repairs: 'refused: pass it to each call',
  maxRetries: 'refused: write chain: { attempts }, which includes the first attempt',
  maxAttempts: 'refused: write chain: { attempts }',
  retries: 'refused: write chain: { attempts }, which includes the first attempt',
  timeout: 'refused: write chain: { timeouts: { totalMs } }',
  timeoutMs: 'refused: write chain: { timeouts: { totalMs } }',
  apiKey: 'refused: pass it to the provider',
  baseURL: 'refused: pass it to the provider',
  model: 'refused: pass the spec to majordomo.model',
  models: 'refused: use aliases',
  onFinish: 'refused: use onEvent',
  onError: 'refused: use onEvent',
};
