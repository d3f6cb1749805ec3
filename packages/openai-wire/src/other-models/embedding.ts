import { LlmError, type EmbeddingRequest, type EmbeddingResponse, type Usage } from '@majordomo/core';
import { asNumber, asRecord, isList } from '@majordomo/core/toolkit';
import { jsonBody, withExtra } from './extra.ts';
import { vectorOf } from './floats.ts';
import type { EmbeddingQuirks } from './quirks.ts';

/** The key of `EmbeddingRequest.extra` for this wire. */
const WIRE = 'openai-embeddings';

/** A request as the wire has it. Throws `unsupported` for dimensions of a model whose vectors cannot be cut. */
export function toEmbeddingBody(
  request: EmbeddingRequest,
  modelId: string,
  { encoding, dimensions: field, purpose: purposes, size }: EmbeddingQuirks,
  target: string,
): string {
  const { values, dimensions, purpose } = request;
  if (dimensions !== undefined && field === 'fixed' && dimensions !== size)
    throw new LlmError(
      'unsupported',
      `${target} makes vectors of one size, and not of ${dimensions} dimensions`,
      {
        target,
        path: 'dimensions',
      },
    );
  const isSent = field === 'dimensions' || field === 'output_dimension';
  const word = purposes?.words[purpose ?? 'default'];
  return jsonBody(
    withExtra(
      {
        model: modelId,
        input: values,
        encoding_format: encoding === 'none' ? undefined : encoding,
        ...(isSent && { [field]: dimensions }),
        ...(purposes !== undefined && { [purposes.field]: word }),
      },
      request,
      WIRE,
      target,
    ),
  );
}

type Embedded = Pick<EmbeddingResponse, 'target' | 'vectors' | 'usage' | 'warnings'>;

/** The vectors of an answer, by the index that stands with each. Throws `protocol` for what is no such answer. */
export function fromEmbeddingBody(json: unknown, count: number, target: string): Embedded {
  const { data, usage: counted } = asRecord(json);
  const usage = usageOf(counted);
  const wrong = (path: string, why: string): LlmError => wrongAt(target, path, why, usage);
  if (!isList(data)) throw wrong('data', 'is not a list');
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [at, entry] of data.entries()) {
    const { embedding, index = at } = asRecord(entry);
    const place = asNumber(index) ?? -1;
    if (!Number.isInteger(place) || place < 0 || place >= count || vectors[place] !== undefined)
      throw wrong(`data[${at}].index`, `is ${String(index)}, of ${count} values`);
    const vector = vectorOf(embedding);
    if (vector === undefined) throw wrong(`data[${at}].embedding`, 'is no vector');
    vectors[place] = vector;
  }
  const complete = vectors.filter((vector) => vector !== undefined);
  if (complete.length !== count) throw wrong('data', `has ${data.length} vectors for ${count} values`);
  return { target, vectors: complete, usage, warnings: [] };
}

const usageOf = (raw: unknown): Usage | undefined => {
  const input = asNumber(asRecord(raw)['prompt_tokens']);
  if (input === undefined) return undefined;
  return { input, output: 0, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
};

/** The vendor bills a response that cannot be read. */
const wrongAt = (target: string, path: string, why: string, usage: Usage | undefined): LlmError =>
  new LlmError('protocol', `${target}: ${path} ${why}`, {
    target,
    path,
    ...(usage && { partial: { id: undefined, target, parts: [], text: '', usage } }),
  });
