import type { Operation } from '../../chain/operation.ts';
import type { EmbeddingRequest, EmbeddingResponse } from '../../contract/embedding.ts';
import { LlmError, withDetails } from '../../contract/llm-error.ts';
import type { EmbeddingBackend, ModelContext } from '../../contract/provider.ts';
import type { Warning } from '../../contract/response.ts';
import type { Usage } from '../../contract/usage.ts';
import { asLlmError } from '../../error/as-llm-error.ts';
import type { Place } from '../../resolve/resolve.ts';
import { completeUsage, sumUsage } from '../../stream/sum-usage.ts';
import { InOnePiece, type Question } from '../in-one-piece.ts';
import { partsOf, tooLong } from './parts.ts';
import { checkedVectors } from './vectors.ts';

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
export const backendAt = ({ provider, modelId }: Place): EmbeddingBackend | undefined =>
  provider.embeddingModel?.(modelId);

function questionTo(
  place: Place,
  request: EmbeddingRequest,
  part: Part,
): Question<Embedded, EmbeddingResponse> {
  const target = place.key;
  const backend = backendAt(place);
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
  const parts = partsOf(
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
