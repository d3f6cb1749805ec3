import {
  LlmError,
  type Model,
  type ModelContext,
  type ModelRequest,
  type Provider,
  type Recovery,
  type Warning,
} from '@majordomo/core';
import {
  credentialSource,
  sdkStream,
  transportError,
  wellFormedJson,
  wireError,
  type WireReader,
} from '@majordomo/wire-kit';
import { fitted } from './fitted.ts';

/** Wire of the reference provider. */
export interface Dialogue {
  readonly path: string;
  readonly family: string;
  headers(key: string): Record<string, string>;
  body(request: ModelRequest, model: string, context: ModelContext): object;
  reader(target: string, family: string): WireReader;
  /** Returns warnings for the request fields that the wire does not support. */
  warnings(request: ModelRequest): readonly Warning[];
}

/** Returns the warning for an unsupported field. */
export const dropped = (what: string): Warning => ({
  action: 'dropped',
  what,
  why: 'this wire has no field for it',
});

/** Error for an HTTP status other than 2xx, with the body. */
class StatusError extends Error {
  readonly response: Response;
  readonly text: string;
  constructor(response: Response, text: string) {
    super(`HTTP ${response.status}`);
    this.response = response;
    this.text = text;
  }
}

/** Creates a small provider without an SDK that passes the suite. Flaws are added to it. */
export function referenceProvider(
  id: string,
  baseURL: string,
  apiKey: string | undefined,
  dialogue: Dialogue,
): Provider {
  const credential = credentialSource(apiKey, ['REFERENCE_KEY']);
  const model = (modelId: string): Model => ({
    id: modelId,
    families: [dialogue.family],
    capabilities: {},
    isNonStreaming: () => true,
    async *stream(request, context) {
      const { target, signal } = context;
      checkLimit(request, target);
      if (signal.aborted) throw new LlmError('aborted', 'aborted before the request', { target });
      const key = await credential.resolve(context);
      const { unfitted: _flaw, ...extra } = request.extra;
      const sent = { ...dialogue.body(fitted(request), modelId, context), ...extra };
      const body = wellFormedJson(JSON.stringify(sent));
      const reader = dialogue.reader(target, dialogue.family);
      reader.writer.warning(...dialogue.warnings(request));
      yield* sdkStream({
        context,
        reader,
        send: async () => open(`${baseURL}${dialogue.path}`, dialogue.headers(key), body, signal),
        toLlmError: (error) => withRecovery(toLlmError(error, target, key)),
      });
    },
  });
  return { spi: 1, id, model };
}

function checkLimit({ maxTokens }: ModelRequest, target: string): void {
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw new LlmError('invalid-request', `maxTokens must be a whole number above 0, got ${maxTokens}`, {
      target,
    });
  }
}

/** Fields that are dropped for an error message. */
const REMEDIES: readonly (readonly [says: RegExp, remedy: Recovery])[] = [
  [
    /temperature/,
    {
      id: 'temperature',
      what: 'temperature dropped',
      remember: true,
      apply: ({ temperature: _temperature, ...request }) => request,
    },
  ],
  [
    /signature/,
    {
      id: 'signature',
      what: 'reasoning dropped',
      apply: (request) => ({
        ...request,
        reasoning: undefined,
        messages: request.messages.map((message) =>
          message.role === 'assistant'
            ? { ...message, parts: message.parts.filter(({ type }) => type !== 'reasoning') }
            : message,
        ),
      }),
    },
  ],
];

function withRecovery(error: LlmError): LlmError {
  const remedy = REMEDIES.find(([pattern]) => error.details.status === 400 && pattern.test(error.message));
  if (remedy === undefined) return error;
  return new LlmError(
    error.kind,
    error.message,
    { ...error.details, recover: remedy[1] },
    { cause: error.cause },
  );
}

async function open(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal,
  });
  if (!response.ok) throw new StatusError(response, await response.text());
  return response;
}

function toLlmError(error: unknown, target: string, key: string): LlmError {
  if (!(error instanceof StatusError)) return transportError(error, target, [key]);
  const { status, headers } = error.response;
  return failureError(error.text, target, key, status, headers);
}

/** Returns the error for the body of a failure, from an HTTP response or a stream. */
export function failureError(
  text: string,
  target: string,
  key: string | undefined,
  status?: number,
  headers?: Headers,
): LlmError {
  const failure = errorMember(text);
  const code = typeof failure['code'] === 'string' ? failure['code'] : undefined;
  const type = typeof failure['type'] === 'string' ? failure['type'] : undefined;
  const message = typeof failure['message'] === 'string' ? failure['message'] : text;
  return wireError({
    target,
    status,
    code,
    type,
    message,
    body: text,
    headers,
    secrets: [key],
    requestId: headers?.get('x-request-id') ?? headers?.get('request-id') ?? undefined,
    ...(/blocked by content filtering/.test(message) ? { kind: 'content-filter' } : {}),
  });
}

function errorMember(text: string): Readonly<Record<string, unknown>> {
  try {
    const { error } = JSON.parse(text) as { error?: Readonly<Record<string, unknown>> };
    return error ?? {};
  } catch {
    return {};
  }
}
