import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  BatchBackend,
  BatchLine,
  ChatRequest,
  ChatResponse,
  EmbeddingRequest,
  EmbeddingResponse,
  JsonObject,
  LlmError,
  Majordomo,
  PreparedTarget,
} from '@majordomo/core';

export type BatchedRequest = ChatRequest | { readonly embedding: EmbeddingRequest };

/** Prepared request of a batch. */
export interface Line {
  readonly id: string;
  readonly target: PreparedTarget;
  readonly body: JsonObject;
  readonly text: string;
  readonly group: string | undefined;
}

/** Result of one request: the answer, the error, or the reason for its absence. */
export type Outcome = ChatResponse | EmbeddingResponse | LlmError | 'expired' | 'cancelled' | 'no line';

/** Returns the backend of a target. Throws if the target has none. */
export function backendOf({ batch, attempt }: PreparedTarget): BatchBackend {
  if (batch === undefined) throw new Error(`${attempt.target} has no batch API`);
  return batch;
}

/** Prepares a request for the first target of a spec, and returns its line. */
export async function lineFor(
  majordomo: Majordomo,
  spec: string,
  request: BatchedRequest,
  id: string,
): Promise<Line> {
  const [target] = await majordomo.prepare(spec, request);
  if (target === undefined) throw new Error('no target');
  if (target.refusal !== undefined) throw target.refusal;
  const captured = await captureBody(target);
  const { text, group } = backendOf(target).line(id, captured.body, captured.headers);
  return { id, target, body: captured.body, text, group };
}

/** Returns the body and headers that a live call would send. */
export async function captureBody(
  target: PreparedTarget,
): Promise<{ readonly body: JsonObject; readonly headers: Headers }> {
  const { body, headers } = await target.capture();
  return { body: JSON.parse(body) as JsonObject, headers };
}

/** Input of a batch as a file, whose Blob is read while it is sent. */
export async function withInput<Result>(
  lines: readonly Line[],
  use: (input: Blob) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'batch-'));
  try {
    const [first] = lines;
    if (first === undefined) throw new Error('no lines');
    const path = join(folder, 'input.jsonl');
    const separator = backendOf(first.target).separator ?? '\n';
    await writeFile(path, lines.map(({ text }) => text).join(separator));
    return await use(await openAsBlob(path));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Batch that was created, with everything that is needed to read it. */
export interface Created {
  readonly backend: BatchBackend;
  readonly context: PreparedTarget['context'];
  readonly ref: string;
  readonly upload: string | undefined;
}

/** Uploads the input of a batch, if the vendor takes a file, and creates the batch. */
export async function createBatch(lines: readonly Line[], token: string): Promise<Created> {
  const [first] = lines;
  if (first === undefined) throw new Error('no lines');
  const backend = backendOf(first.target);
  const { context } = first.target;
  return withInput(lines, async (input) => {
    const upload = await backend.upload?.(`${token}-0`, input, context);
    const ref = await backend.create(
      { token, input: upload ?? input, requests: lines.length, group: first.group },
      context,
    );
    return { backend, context, ref, upload };
  });
}

/** Returns the lines of the results. */
export async function resultsOf({ backend, context, ref }: Created): Promise<readonly BatchLine[]> {
  const lines: BatchLine[] = [];
  for await (const line of backend.results(ref, context)) lines.push(line);
  return lines;
}

/** Returns the answer or error of a line. */
export async function outcomeOf({ id, target }: Line, results: readonly BatchLine[]): Promise<Outcome> {
  const line = results.find((result) => result.id === id);
  if (line === undefined) return 'no line';
  if ('without' in line) return line.without;
  const { status, body, requestId } = line;
  const headers = {
    'content-type': 'application/json',
    ...(requestId !== undefined && { 'x-request-id': requestId }),
  };
  return target
    .ask(() => Promise.resolve(new Response(JSON.stringify(body), { status, headers })))
    .catch((error: unknown) => error as LlmError);
}

/** Sends requests as one batch, waits for its end, and returns the outcomes in the order of the requests. */
export async function runBatch(
  majordomo: Majordomo,
  spec: string,
  requests: readonly BatchedRequest[],
  token = 'token',
): Promise<readonly Outcome[]> {
  const lines = await Promise.all(
    requests.map((request, at) => lineFor(majordomo, spec, request, `${token}-0-${at}`)),
  );
  const created = await createBatch(lines, token);
  const { backend, context, ref, upload } = created;
  // The fake vendor ends a batch after a number of looks, so that no wait is needed.
  while ((await backend.look(ref, context)).state === 'running');
  const results = await resultsOf(created);
  await backend.remove({ ref, upload }, context);
  return Promise.all(lines.map((line) => outcomeOf(line, results)));
}
