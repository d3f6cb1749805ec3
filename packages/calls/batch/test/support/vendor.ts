import {
  LlmError,
  type BatchBackend,
  type BatchLine,
  type EmbeddingBackend,
  type ErrorKind,
  type JsonObject,
  type Model,
  type ModelContext,
  type Provider,
  type Usage,
} from '@majordomo/core';

/** Operation of the vendor, in the order in which a batch uses them. */
export type Op =
  | 'upload'
  | 'findUpload'
  | 'create'
  | 'find'
  | 'look'
  | 'results'
  | 'cancel'
  | 'remove'
  | 'live';

/** Result of one request: an answer, or its absence. */
export type Result =
  | { readonly status: number; readonly body: JsonObject }
  | 'expired'
  | 'cancelled'
  | 'missing'
  | 'twice';

interface VendorBatch {
  readonly ref: string;
  readonly token: string;
  readonly lines: readonly { readonly id: string; readonly body: JsonObject }[];
  readonly createdAt: number;
  state: 'running' | 'cancelling' | 'ended' | 'failed';
  error?: LlmError;
}

export interface VendorOptions {
  /** Whether batches have no name, as at Anthropic. The input is then sent with `create`. */
  readonly isNameless?: boolean;
  /** Whether the vendor has a batch API. */
  readonly hasBatches?: boolean;
  readonly clock: { now(): number };
  readonly limits?: Partial<BatchBackend['limits']>;
}

const USAGE = { input: 10, output: 5 };

export const answer = (text: string): Result => ({ status: 200, body: { text, usage: USAGE } });
export const refusal = (status: number, message = 'refused'): Result => ({
  status,
  body: { error: message },
});

/** Vendor with a chat model `m`, an embedding model `e` and a batch API, in memory. */
export class Vendor {
  readonly id: string;
  readonly isNameless: boolean;
  readonly provider: Provider;
  readonly ops: string[] = [];
  readonly files: Map<string, { readonly name: string; readonly text: string }> = new Map();
  readonly batches: VendorBatch[] = [];
  readonly liveTexts: string[] = [];
  /** Called before (`isDone` false) and after each operation; an error that it throws is the operation's failure. */
  fault: (op: Op, isDone: boolean, detail: string) => unknown = () => undefined;
  /** Result of a request by its text. */
  result: (text: string) => Result = (text) => answer(`re: ${text}`);
  live: (text: string) => Result = (text) => answer(`live: ${text}`);
  /** Reason that the vendor reports for missing lines. */
  without: 'expired' | 'cancelled' | undefined;
  /** Order of result lines. */
  order: (lines: BatchLine[]) => BatchLine[] = (lines) => lines.reverse();
  /** Number of the next file or batch. */
  count = 0;
  private readonly options: VendorOptions;

  constructor(id: string, options: VendorOptions) {
    this.id = id;
    this.isNameless = options.isNameless ?? false;
    this.options = options;
    const { hasBatches = true } = options;
    this.provider = {
      spi: 1,
      id,
      vendor: id,
      model: (modelId) => this.model(modelId),
      embeddingModel: (modelId) => this.embeddingModel(modelId),
      ...(hasBatches && { batch: () => this.backend() }),
    };
  }

  /** Ends all running batches. */
  end(): void {
    for (const batch of this.batches) if (batch.state === 'running') batch.state = 'ended';
  }

  private async run<T>(op: Op, detail: string, work: () => T): Promise<T> {
    await this.fault(op, false, detail);
    this.ops.push(detail === '' ? op : `${op} ${detail}`);
    const result = work();
    await this.fault(op, true, detail);
    return result;
  }

  private backend(): BatchBackend {
    const { isNameless = false, clock, limits } = this.options;
    return {
      limits: { requests: 1000, bytes: 1_000_000, expiresMs: 86_400_000, ...limits },
      line: (id, body, headers) => ({
        text: JSON.stringify({ id, body }),
        group: headers.get('x-group') ?? undefined,
      }),
      ...(!isNameless && {
        upload: async (name, input) => {
          const text = await input.text();
          return this.run('upload', name, () => {
            const file = `file-${this.count++}`;
            this.files.set(file, { name, text });
            return file;
          });
        },
        findUpload: (name) =>
          this.run('findUpload', name, () => [...this.files].find(([, file]) => file.name === name)?.[0]),
      }),
      create: async ({ token, input, requests }) => {
        const text = typeof input === 'string' ? this.files.get(input)?.text : await input.text();
        return this.run('create', token, () => {
          if (text === undefined) throw new LlmError('not-found', 'no such file', { status: 404 });
          const lines = text.split('\n').map((line) => JSON.parse(line) as VendorBatch['lines'][number]);
          if (lines.length !== requests) throw new Error(`${lines.length} lines, but ${requests} requests`);
          const ref = `${this.id}-batch-${this.count++}`;
          this.batches.push({ ref, token, lines, createdAt: clock.now(), state: 'running' });
          return ref;
        });
      },
      find: ({ token, requests, since }) =>
        this.run('find', token, () =>
          this.batches
            .filter((batch) => batch.createdAt >= since)
            .filter((batch) => (isNameless ? batch.lines.length === requests : batch.token === token))
            .map(({ ref }) => ({ ref, isCertain: !isNameless }))
            .reverse(),
        ),
      look: (ref) =>
        this.run('look', '', () => {
          const batch = this.batchAt(ref);
          const state = batch.state === 'cancelling' ? 'running' : batch.state;
          const completed = state === 'ended' ? batch.lines.length : 0;
          const { without } = this;
          return { state, completed, expiresAt: batch.createdAt + 86_400_000, without, error: batch.error };
        }),
      results: (ref) => this.resultsOf(ref),
      cancel: (ref) =>
        this.run('cancel', '', () => {
          const batch = this.batchAt(ref);
          if (batch.state === 'running') batch.state = 'cancelling';
        }),
      remove: ({ upload }) =>
        this.run('remove', '', () => {
          this.files.delete(upload ?? '');
        }),
    };
  }

  private batchAt(ref: string): VendorBatch {
    const batch = this.batches.find((candidate) => candidate.ref === ref);
    if (batch === undefined) throw new LlmError('not-found', `no batch ${ref}`, { status: 404 });
    return batch;
  }

  private async *resultsOf(ref: string): AsyncGenerator<BatchLine> {
    await this.run('results', '', () => undefined);
    const lines = this.batchAt(ref).lines.flatMap(({ id, body }): BatchLine[] => {
      const result = this.result(String(body['text']));
      if (result === 'missing') return [];
      if (result === 'expired' || result === 'cancelled') return [{ id, without: result }];
      const line = {
        id,
        ...(result === 'twice' ? { status: 200, body: { text: 'twice', usage: USAGE } } : result),
      };
      return result === 'twice' ? [line, line] : [line];
    });
    let count = 0;
    for (const line of this.order(lines)) {
      this.fault('results', true, String(count++));
      yield line;
    }
  }

  private async send(body: JsonObject, context: ModelContext): Promise<Record<string, unknown>> {
    const url = 'http://vendor.test/';
    const headers = {
      'content-type': 'application/json',
      ...(body['group'] ? { 'x-group': String(body['group']) } : {}),
    };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = context.exchange
      ? await context.exchange(url, init)
      : await this.run('live', String(body['text']), () => {
          this.liveTexts.push(String(body['text']));
          const result = this.live(String(body['text']));
          if (typeof result === 'string') throw new LlmError('server', result);
          return new Response(JSON.stringify(result.body), { status: result.status });
        });
    const json = (await response.json()) as Record<string, unknown>;
    if (response.ok) return json;
    const { status } = response;
    throw new LlmError(KINDS[status] ?? 'server', `${context.target}: ${String(json['error'])}`, { status });
  }

  private model(id: string): Model {
    return {
      id,
      families: [],
      capabilities: { maxOutputTokens: 1000 },
      isNonStreaming: () => true,
      stream: (request, context) => this.stream(request, context),
    };
  }

  private async *stream(...[request, context]: Parameters<Model['stream']>): ReturnType<Model['stream']> {
    const parts = request.messages[0]?.parts ?? [];
    const [part] = parts as readonly { readonly text?: string }[];
    const group = request.extra['group'];
    const { output } = request;
    const body = {
      text: part?.text ?? '',
      ...(group !== undefined && { group: group as string }),
      ...(output?.schema && { schema: output.schema }),
    };
    const { text, usage } = await this.send(body, context);
    const { target } = context;
    yield [
      { type: 'start', target, id: 'r' },
      { type: 'part-start', index: 0, part: { type: 'text' } },
      { type: 'text-delta', index: 0, text: String(text) },
      { type: 'part-end', index: 0, part: { type: 'text', text: String(text) } },
      { type: 'finish', target, reason: 'stop', raw: 'stop', usage: usageOf(usage) },
    ];
  }

  private embeddingModel(id: string): EmbeddingBackend {
    return {
      id,
      space: 'one',
      maxValues: 10,
      embed: async ({ values }, context) => {
        const { usage } = await this.send({ text: values.join('|') }, context);
        const vectors = values.map((value) => Float32Array.of(value.length, 0.5));
        return { vectors, target: context.target, usage: usageOf(usage), warnings: [] };
      },
    };
  }
}

const KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid-request',
  401: 'auth',
  404: 'not-found',
  429: 'rate-limit',
  503: 'overloaded',
};

const usageOf = (usage: unknown): Usage => ({
  cacheRead: 0,
  cacheWrite: 0,
  reasoning: undefined,
  ...(usage as { input: number; output: number }),
});
