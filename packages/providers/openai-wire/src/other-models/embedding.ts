import { LlmError, type EmbeddingRequest, type EmbeddingResponse, type Usage } from '@majordomo/core';
import { asNumber, asRecord, isList } from '@majordomo/core/toolkit';
import { asVector, bytesOfBase64 } from '@majordomo/wire-kit/internal';
import { jsonBody, mergeExtra } from './extra.ts';
import type { EmbeddingQuirks } from './quirks.ts';
import { inputUsage } from './usage.ts';

/** Key of this API in `EmbeddingRequest.extra`. */
const WIRE = 'openai-embeddings';

/** Returns the body of a request. Throws `unsupported` if vectors have a fixed size, and `dimensions` is a different size. */
export function toEmbeddingBody(
  request: EmbeddingRequest,
  modelId: string,
  { encoding, dimensions: field, purpose: purposeMember, size }: EmbeddingQuirks,
  target: string,
): string {
  const { values, dimensions, purpose } = request;
  if (dimensions !== undefined && field === 'fixed' && dimensions !== size)
    throw new LlmError(
      'unsupported',
      `${target}: this model does not support vectors of ${dimensions} dimensions; omit \`dimensions\``,
      { target, path: 'dimensions' },
    );
  const isSent = field === 'dimensions' || field === 'output_dimension';
  return jsonBody(
    mergeExtra(
      {
        model: modelId,
        input: values,
        encoding_format: encoding === 'none' ? undefined : encoding,
        ...(isSent && { [field]: dimensions }),
        ...(purposeMember !== undefined && {
          [purposeMember.field]: purposeMember.values[purpose ?? 'default'],
        }),
      },
      request,
      WIRE,
      target,
    ),
  );
}

type EmbeddingResult = Pick<EmbeddingResponse, 'target' | 'vectors' | 'usage' | 'warnings'>;

/** Returns the vectors of a response in the order of the input values. Throws `protocol` for an invalid response. */
export function fromEmbeddingBody(json: unknown, count: number, target: string): EmbeddingResult {
  const { data, usage: counts } = asRecord(json);
  const usage = inputUsage(counts);
  const invalid = (path: string, problem: string): LlmError => invalidResponse(target, path, problem, usage);
  if (!isList(data)) throw invalid('data', 'is not an array');
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [at, entry] of data.entries()) {
    const { embedding, index = at } = asRecord(entry);
    const position = asNumber(index) ?? -1;
    const isPosition = Number.isInteger(position) && position >= 0 && position < count;
    if (!isPosition || vectors[position] !== undefined)
      throw invalid(`data[${at}].index`, `must be a unique index below ${count}, got ${String(index)}`);
    const vector = vectorOf(embedding);
    if (vector === undefined) throw invalid(`data[${at}].embedding`, 'is not a vector');
    vectors[position] = vector;
  }
  const complete = vectors.filter((vector) => vector !== undefined);
  if (complete.length !== count) throw invalid('data', `has ${data.length} vectors for ${count} values`);
  return { target, vectors: complete, usage, warnings: [] };
}

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/** Decodes a vector: base64 of little-endian 32-bit floats, or an array of numbers. Returns `undefined` for any other value. */
function vectorOf(value: unknown): Float32Array | undefined {
  return typeof value === 'string' ? floatsIn(value) : asVector(value);
}

function floatsIn(text: string): Float32Array | undefined {
  const bytes = bytesOfBase64(text);
  if (bytes === undefined || bytes.length === 0 || bytes.length % BYTES_PER_NUMBER !== 0) return undefined;
  // The decoded bytes fill their buffer from its start, and the platforms that run JavaScript are little-endian.
  return new Float32Array(bytes.buffer);
}

/** Creates the error for an invalid response. The error contains the usage, because the vendor bills the response. */
const invalidResponse = (target: string, path: string, problem: string, usage: Usage | undefined): LlmError =>
  new LlmError('protocol', `${target}: ${path} ${problem}`, {
    target,
    path,
    ...(usage && { partial: { id: undefined, target, parts: [], text: '', usage } }),
  });
