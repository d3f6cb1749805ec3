import { CallScope } from '../call/call-scope.ts';
import { withCallSite, type CallSite } from '../errors/call-site.ts';
import { asLlmError } from '../errors/normalize.ts';
import {
  allParts,
  backendAt,
  checkEmbedding,
  checkSpaces,
  embeddingOperation,
  joined,
  type Part,
  partsOf,
} from '../operations/embedding.ts';
import type { Target } from '../resolve/resolve.ts';
import type { CallEvent, CallInfo, CallOptions } from '../types/call-options.ts';
import { type Attempt, type LlmError, withDetails } from '../types/llm-error.ts';
import type { EmbeddingRequest, EmbeddingResponse } from '../types/operations.ts';
import { abortable } from '../util/async.ts';
import { type Emit, emitTo } from '../util/listeners.ts';
import { type ModelSetup, newCall, newInfo, resultOf } from './call.ts';
import { soundOptions } from './check-options.ts';

/** What the parts of a call have in common. */
interface Whole {
  readonly spec: string;
  readonly setup: ModelSetup;
  readonly request: EmbeddingRequest;
  readonly options: CallOptions | undefined;
  readonly site: CallSite;
  readonly info: CallInfo;
  readonly scope: CallScope;
  readonly emit: Emit | undefined;
  readonly attempts: Attempt[];
  /** Once they are known. */
  parts: readonly Part[];
}

/** One call: one beginning, one end, and between them each part along the chain for itself. */
export async function embed(
  spec: string,
  setup: ModelSetup,
  request: EmbeddingRequest,
  given: CallOptions | undefined,
  site: CallSite,
): Promise<EmbeddingResponse> {
  const { options, wrong } = soundOptions(given);
  const totalMs = options?.timeouts?.totalMs ?? setup.settings.timeouts.totalMs;
  const whole: Whole = {
    spec,
    setup,
    request,
    options,
    site,
    info: newInfo(spec, 'embedding', options),
    scope: new CallScope(options?.signal, totalMs, setup.deps.clock, () => undefined),
    emit: emitTo(setup.onEvent, options?.onEvent),
    attempts: [],
    parts: [],
  };
  try {
    whole.scope.throwIfStopped();
    if (wrong !== undefined) throw wrong;
    const response = await answered(whole);
    tellEnd(whole, 'finished');
    return response;
  } catch (cause) {
    const error = described(cause, whole);
    if (whole.parts.length === 0) tellStart(whole, []);
    tellEnd(whole, 'failed', error);
    throw error;
  } finally {
    whole.scope.release();
  }
}

async function answered(whole: Whole): Promise<EmbeddingResponse> {
  const { spec, setup, request, info, scope, attempts } = whole;
  checkEmbedding(request);
  const places = counted(await abortable(setup.resolve(spec, info, undefined, scope), scope.signal));
  checkSpaces(places);
  whole.parts = partsFor(request.values, places);
  tellStart(
    whole,
    places.map(({ key }) => key),
  );
  const answers = await allParts(whole.parts, (part) => invoke(part, places, whole), attempts);
  return joined(spec, places[0]?.key ?? spec, whole.parts, answers, attempts);
}

/** As the first target takes them; one that takes fewer asks for a part in several requests. */
function partsFor(values: readonly string[], places: readonly Target[]): readonly Part[] {
  const limits = places.map(backendAt).find((backend) => backend !== undefined) ?? {};
  let from = 0;
  const shared: Part['shared'] = { size: undefined };
  return partsOf(values, limits).map((list): Part => {
    const part = { from, values: list, vectors: Array.from<undefined>({ length: list.length }), shared };
    from += list.length;
    return part;
  });
}

/** Gates name what they reserve by the number of an attempt, so no two parts have the same. */
const counted = (places: readonly Target[]): readonly Target[] =>
  places.map((place) => {
    let asked = 0;
    return { ...place, nextNumber: () => ++asked };
  });

function invoke(part: Part, places: readonly Target[], whole: Whole): Promise<EmbeddingResponse> {
  const { spec, setup, request, options, site, info, scope, emit } = whole;
  const operation = embeddingOperation(request, part);
  const shared = {
    info,
    signal: scope.signal,
    emit: emit && ((event: CallEvent) => (isOfTheWhole(event) ? undefined : emit(event))),
    resolve: () => Promise.resolve(places),
  };
  return resultOf(newCall({ spec, operation, options, site, live: false, part: shared }, setup));
}

const isOfTheWhole = ({ type }: CallEvent): boolean => type === 'call-start' || type === 'call-end';

const tellStart = ({ emit, info }: Whole, targets: readonly string[]): void =>
  emit?.({ type: 'call-start', call: info, targets });

const tellEnd = ({ emit, info, attempts }: Whole, outcome: 'finished' | 'failed', error?: LlmError): void =>
  emit?.({ type: 'call-end', call: info, outcome, response: undefined, error, attempts: [...attempts] });

/** What ended the call, with the vectors that came. */
function described(cause: unknown, { spec, site, scope, attempts, parts }: Whole): LlmError {
  const known = asLlmError(scope.reason ?? cause, spec);
  const vectors = parts.flatMap((part) => part.vectors);
  const came = vectors.some((vector) => vector !== undefined) ? { vectors } : {};
  return withCallSite(site, withDetails(known, { attempts: [...attempts], ...came }));
}
