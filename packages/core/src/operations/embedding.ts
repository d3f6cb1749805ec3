import type { Operation } from '../call/call.ts';
import { asLlmError } from '../errors/normalize.ts';
import { checkInteger } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { completeUsage, sumUsage } from '../stream/usage.ts';
import { type Attempt, LlmError, withDetails } from '../types/llm-error.ts';
import type { EmbeddingRequest, EmbeddingResponse } from '../types/operations.ts';
import type { EmbeddingBackend, ModelContext } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { asked, InOnePiece, invalid, oneOf, type Question } from './single-response.ts';

/** Values of one request, and the vectors of those that are done: whoever asks next asks for the rest. */
export interface Part {
  /** Where the part begins in the call's values. */
  readonly from: number;
  readonly values: readonly string[];
  readonly vectors: (Float32Array | undefined)[];
  /** Of the whole list: the length of the first vector that came is that of all. */
  readonly shared: { size: number | undefined };
}

type Embedded = Omit<EmbeddingResponse, 'vectors' | 'attempts' | 'spec'>;

/** One part of a call. A target that takes fewer values at a time is asked several times in a row. */
export function embeddingOperation(
  request: EmbeddingRequest,
  part: Part,
): Operation<Embedded, EmbeddingResponse> {
  return {
    type: 'embedding',
    validate: () => undefined,
    prepare: async (place) => new InOnePiece(questionTo(place, request, part)),
  };
}

/** The place's backend; `undefined`: it has none. */
export const embeddingBackend = ({ provider, modelId }: Target): EmbeddingBackend | undefined =>
  provider.embeddingModel?.(modelId);

function questionTo(
  place: Target,
  request: EmbeddingRequest,
  part: Part,
): Question<Embedded, EmbeddingResponse> {
  const target = place.key;
  const backend = embeddingBackend(place);
  if (backend === undefined) throw unsupported(target, 'makes no vectors');
  const { dimensions: most = Infinity, maxTokens } = backend;
  const { dimensions = 0 } = request;
  if (dimensions > most) throw unsupported(target, `makes vectors of ${most} dimensions, not ${dimensions}`);
  const long = tooLong(part.values, maxTokens);
  if (long >= 0) throw beyond(target, part.from + long, maxTokens);
  return {
    target,
    payload: { ...request, values: rest(part).map(([value]) => value) },
    timeouts: backend.timeouts,
    warnings: [],
    ask: (context) => askPart(backend, request, part, context),
    usage: ({ usage }) => usage,
    result: ({ usage, warnings }, prepared, facts) => ({
      vectors: part.vectors.filter((vector) => vector !== undefined),
      target,
      usage,
      warnings: [...prepared, ...warnings],
      ...facts,
    }),
  };
}

const rest = ({ values, vectors }: Part): readonly (readonly [value: string, at: number])[] =>
  values.flatMap((value, at) => (vectors[at] === undefined ? [[value, at] as const] : []));

/** What has come stays when a later request fails, and is paid for. */
async function askPart(
  backend: EmbeddingBackend,
  request: EmbeddingRequest,
  part: Part,
  context: ModelContext,
): Promise<Embedded> {
  const { target } = context;
  const missing = rest(part);
  const used: (Usage | undefined)[] = [];
  let done = 0;
  const warnings: Warning[] = [];
  const parts = splitValues(
    missing.map(([value]) => value),
    backend,
  );
  for (const values of parts) {
    try {
      const asking = { ...request, values };
      const given = await backend.embed(asking, context);
      used.push(given.usage);
      const vectors = checkedVectors(given.vectors, asking, backend.dimensions ?? part.shared.size, target);
      part.shared.size ??= vectors[0]?.length;
      for (const vector of vectors) part.vectors[missing[done++]?.[1] ?? 0] = vector;
      warnings.push(...given.warnings);
    } catch (cause) {
      const error = asLlmError(cause, target);
      const usage = sumUsage(...used, error.details.partial?.usage);
      if (usage === undefined) throw error;
      throw withDetails(error, { partial: { id: undefined, target, parts: [], text: '', usage } });
    }
  }
  return { target, usage: completeUsage(used), warnings };
}

const unsupported = (target: string, why: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}`, { target });

const beyond = (target: string, at: number, maxTokens: number | undefined): LlmError =>
  new LlmError(
    'context-overflow',
    `values[${at}] is too long: ${target} takes ${String(maxTokens)} tokens a value`,
    { target, path: `values[${at}]` },
  );

type Limits = Pick<EmbeddingBackend, 'maxValues' | 'maxRequestTokens'>;

/** Values in their order, cut into as few parts as the limits allow; each part has at least one. */
export function splitValues(
  values: readonly string[],
  { maxValues = Infinity, maxRequestTokens = Infinity }: Limits,
): readonly (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  let from = 0;
  let tokens = 0;
  for (const [at, value] of values.entries()) {
    const more = maxRequestTokens === Infinity ? 0 : estimatedTokens(value);
    const isFull = at - from >= maxValues || tokens + more > maxRequestTokens;
    if (isFull && at > from) {
      parts.push(values.slice(from, at));
      from = at;
      tokens = 0;
    }
    tokens += more;
  }
  if (from < values.length) parts.push(values.slice(from));
  return parts;
}

/** Rather too many: a part that is too large costs a refusal, one that is small hardly anything. */
const estimatedTokens = (value: string): number =>
  Math.ceil(/[^\0-\x7f]/.test(value) ? value.length * 1.2 : value.length / 3);

/** No tokenizer makes tokens this long of what languages have: a value that is longer is too long for certain. */
const LONGEST_TOKEN = 16;

/** The first value that cannot have so few tokens. */
const tooLong = (values: readonly string[], maxTokens: number = Infinity): number =>
  values.findIndex(({ length }) => length > maxTokens * LONGEST_TOKEN);

/** Requests of one call that are under way at a time. */
const AT_A_TIME = 4;

/**
 * Asks for every part, a few at a time. After a failure none is begun any more, and those under way are waited for: they
 * are paid for.
 *
 * @param attempts is given those of each part as it ends
 */
export async function runParts(
  parts: readonly Part[],
  ask: (part: Part) => Promise<EmbeddingResponse>,
  attempts: Attempt[],
): Promise<readonly EmbeddingResponse[]> {
  const answers: EmbeddingResponse[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (failures.length === 0) {
      const at = next++;
      const part = parts[at];
      if (part === undefined) return;
      try {
        const answer = await ask(part);
        answers[at] = answer;
        attempts.push(...answer.attempts);
      } catch (error) {
        failures.push(error);
        if (LlmError.is(error)) attempts.push(...error.details.attempts);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  if (failures.length > 0) throw failures[0];
  return answers;
}

/** The parts' answers as one: vectors in the order of the values, what was used in sum, each warning once. */
export function joinResponses(
  spec: string,
  firstTarget: string,
  parts: readonly Part[],
  answers: readonly EmbeddingResponse[],
  attempts: readonly Attempt[],
): EmbeddingResponse {
  return {
    vectors: parts.flatMap(({ vectors }) => vectors.filter((vector) => vector !== undefined)),
    target: answers.at(-1)?.target ?? firstTarget,
    spec,
    usage: completeUsage(answers.map(({ usage }) => usage)),
    warnings: onceEach(answers.flatMap(({ warnings }) => warnings)),
    attempts,
  };
}

const onceEach = (warnings: readonly Warning[]): readonly Warning[] => [
  ...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values(),
];

/** Throws `config` where two targets of a chain make vectors of different spaces: nobody mixes them unknowingly. */
export function checkSpaces(places: readonly Target[]): void {
  let first: { readonly key: string; readonly space: string } | undefined;
  for (const place of places) {
    const space = embeddingBackend(place)?.space;
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

/** Throws `invalid-request` for what no target could take, with the index of the value. */
export function checkEmbedding(request: EmbeddingRequest): void {
  const given: { readonly values?: unknown; readonly purpose?: unknown } = asked(request);
  if (!Array.isArray(given.values)) throw invalid('values', 'must be a list of texts');
  const values: readonly unknown[] = given.values;
  for (const [at, value] of values.entries()) {
    if (typeof value !== 'string') throw invalid(`values[${at}]`, `must be a text, not ${typeof value}`);
    if (value.trim() === '') throw invalid(`values[${at}]`, 'must not be empty');
  }
  checkInteger(request.dimensions, 'dimensions');
  oneOf(PURPOSES, given.purpose, 'purpose');
}

const PURPOSES = ['query', 'document', 'similarity', 'classification', 'clustering'];

/** How far a vector's length may be from 1 before it counts as not normalised: float32 sums stay far below it. */
const TOLERANCE = 1e-3;

/**
 * The vectors of an answer, one for each value and all of the wanted length: longer ones are cut, and then all have the
 * length 1, where the vendor did not see to it. Throws `protocol` for too many, too few, of another length or not finite.
 *
 * @param known the length that they must have, where it is known
 */
function checkedVectors(
  vectors: unknown,
  { values, dimensions }: EmbeddingRequest,
  known: number | undefined,
  target: string,
): readonly Float32Array[] {
  if (!Array.isArray(vectors) || vectors.length !== values.length) {
    const count = Array.isArray(vectors) ? String(vectors.length) : 'no list of';
    throw wrong(target, 'vectors', `gave ${count} vectors for ${values.length} values`);
  }
  const list: readonly unknown[] = vectors;
  const size = dimensions ?? known ?? sizeOf(list[0]);
  return list.map((vector, at) => {
    const path = `vectors[${at}]`;
    if (!(vector instanceof Float32Array)) throw wrong(target, path, 'is no Float32Array');
    if (!isFiniteAll(vector)) throw wrong(target, path, 'has numbers that are not finite');
    if (vector.length === size && size > 0) return dimensions === undefined ? vector : normalised(vector);
    if (dimensions === undefined || vector.length < size || vector.length === 0)
      throw wrong(target, path, `has ${vector.length} dimensions and not ${size}`);
    return normalised(vector.slice(0, size));
  });
}

const sizeOf = (vector: unknown): number => (vector instanceof Float32Array ? vector.length : 0);

/** A loop: `every` would call a function fifteen million times for an index of 10,000 texts. */
function isFiniteAll(vector: Float32Array): boolean {
  for (const value of vector) if (!Number.isFinite(value)) return false;
  return true;
}

function normalised(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  if (length === 0 || Math.abs(length - 1) <= TOLERANCE) return vector;
  return vector.map((value) => value / length);
}

const wrong = (target: string, path: string, why: string): LlmError =>
  new LlmError('protocol', `${target}: ${path} ${why}`, { target, path });
