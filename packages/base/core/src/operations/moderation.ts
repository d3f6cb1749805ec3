import type { Operation } from '../call/contract.ts';
import { fitImages, imagesIn } from '../prepare/media.ts';
import { unsupportedError } from '../prepare/validate.ts';
import { type ImagePart, user } from '../types/messages.ts';
import type { ModerationRequest, ModerationResponse, ModerationResult } from '../types/operations.ts';
import type { MediaFitter, ModelContext, ModerationBackend } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import {
  anything,
  bytes,
  type Check,
  filledText,
  list,
  oneOf,
  open,
  problem,
  where,
} from '../util/checks.ts';
import { isList } from '../util/values.ts';
import {
  prepareSingle,
  protocolError,
  sendInSequence,
  type SingleRequest,
  requestCheck,
} from './single-response.ts';

type BackendResponse = Omit<ModerationResponse, 'attempts' | 'spec'>;
type Value = string | ImagePart;

/** Creates the operation that classifies values. Images are adapted to each target. */
export function moderationOperation(
  request: ModerationRequest,
  media: MediaFitter | undefined,
): Operation<BackendResponse, ModerationResponse> {
  return {
    type: 'moderation',
    validate: () => {
      validate(request);
    },
    async prepare({ key, provider, modelId }, scope) {
      const backend = provider.moderationModel?.(modelId);
      if (backend === undefined) throw unsupportedError(key, 'does not classify content');
      const { values, warnings } = await fitValues(request.values, backend, media, key, scope);
      return prepareSingle(singleRequest(key, backend, { ...request, values }, warnings));
    },
  };
}

const filledImage = open({
  type: oneOf('image'),
  bytes: where(bytes, ({ length }) => length > 0, 'must not be empty'),
});

const filledValue: Check = (value) =>
  filledText(value) !== undefined && filledImage(value) !== undefined
    ? problem('must be a string or an image, and not empty')
    : undefined;

const validate = requestCheck<ModerationRequest>(
  { values: list(filledValue, 1) },
  { extra: anything },
  { input: 'values', texts: 'values' },
);

/** Fits each image to the limits of the target. Each image is sent separately, so limits on the number of images do not apply. */
async function fitValues(
  values: readonly Value[],
  { images: limits }: ModerationBackend,
  media: MediaFitter | undefined,
  target: string,
  scope: { readonly signal: AbortSignal },
): Promise<{ readonly values: readonly Value[]; readonly warnings: readonly Warning[] }> {
  const images = values.filter((value) => typeof value !== 'string');
  if (images.length === 0) return { values, warnings: [] };
  if (limits === false) throw unsupportedError(target, 'does not classify images', { path: 'values' });
  const ownLimits = limits && { ...limits, maxCount: undefined, maxTotalBytes: undefined };
  const { messages, warnings } = await fitImages([user(images)], ownLimits, media, target, scope);
  // The fitted images, in the order of the images in `values`.
  const fitted = imagesIn(messages);
  const fittedValues: Value[] = [];
  let imagesBefore = 0;
  for (const value of values) {
    if (typeof value === 'string') {
      fittedValues.push(value);
    } else {
      fittedValues.push(fitted[imagesBefore] ?? value);
      imagesBefore += 1;
    }
  }
  return { values: fittedValues, warnings };
}

function singleRequest(
  target: string,
  backend: ModerationBackend,
  payload: ModerationRequest,
  warnings: readonly Warning[],
): SingleRequest<BackendResponse, ModerationResponse> {
  return {
    target,
    payload,
    capabilities: { images: backend.images },
    timeouts: backend.timeouts,
    warnings,
    send: (context) => sendAll(backend, payload, context),
    result: ({ results }, common) => ({ results, ...common }),
  };
}

/** Sends the strings in as few requests as possible, and each image separately. Sends the requests in sequence. */
async function sendAll(
  backend: ModerationBackend,
  request: ModerationRequest,
  context: ModelContext,
): Promise<BackendResponse> {
  const { target } = context;
  const results: ModerationResult[] = [];
  const sent = await sendInSequence(
    requestsFor(request.values, backend),
    context,
    (entries) => backend.moderate({ ...request, values: entries.map(([, value]) => value) }, context),
    (response, entries) => {
      if (!isList(response.results) || response.results.length !== entries.length)
        throw protocolError(target, 'results', `expected an array of ${entries.length} results`);
      for (const [at, [index]] of entries.entries())
        results[index] = response.results[at] as ModerationResult;
    },
  );
  return { target, ...sent, results };
}

type Entry = readonly [index: number, value: Value];

/** Returns the values of each request, with their indexes. */
function requestsFor(
  values: readonly Value[],
  { maxValues = Infinity }: ModerationBackend,
): readonly (readonly Entry[])[] {
  const images: Entry[][] = [];
  const strings: Entry[][] = [];
  for (const entry of values.entries()) {
    const last = strings.at(-1);
    if (typeof entry[1] !== 'string') images.push([entry]);
    else if (last !== undefined && last.length < maxValues) last.push(entry);
    else strings.push([entry]);
  }
  return [...strings, ...images];
}
