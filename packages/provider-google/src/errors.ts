import { LlmError, type ErrorKind, type ModelRequest, type Recovery } from '@majordomo/core';
import { transportError, wireError, type HeaderReader } from '@majordomo/core/provider';
import { toSubset } from './schema.ts';
import { instructed } from './request.ts';

/** `google.rpc.Status` in JSON, as all Google APIs send it. */
export interface WireError {
  readonly code?: number;
  readonly status?: string;
  readonly message?: string;
  readonly details?: readonly WireErrorDetail[];
}
interface WireErrorDetail {
  readonly reason?: string;
  readonly retryDelay?: string;
  readonly violations?: readonly { readonly quotaId?: string }[];
}

/** What the failing call knows besides the error. */
export interface CallFacts {
  readonly target: string;
  readonly secrets?: readonly string[] | undefined;
  /** The SDK's ApiError has none of these. */
  readonly headers?: HeaderReader | undefined;
  /** For a 401: how to ask the token source again. */
  readonly credential?: Recovery | undefined;
}

/** Whatever the SDK, its auth library or the transport threw, as the one error. */
export function toLlmError(error: unknown, facts: CallFacts): LlmError {
  if (LlmError.is(error)) return error;
  if (!(error instanceof Error)) return transportError(error, facts.target, [...(facts.secrets ?? [])]);
  const status = statusOf(error);
  if (status !== undefined) return apiError(error, status, facts);
  const login = loginError(error, facts.target);
  return login ?? transportError(error, facts.target, [...(facts.secrets ?? [])]);
}

/** An error object inside a body that came with 200. */
export function inBandError(error: WireError, target: string): LlmError {
  return fromWireError(error, error.code, { target }, undefined);
}

/** @google/genai 3.1 throws `ApiError`: a status, and the body as JSON in the message. */
function apiError(error: Error, status: number, facts: CallFacts): LlmError {
  return fromWireError(bodyOf(error.message), status, facts, error);
}

const statusOf = (error: Error): number | undefined =>
  error.name === 'ApiError' && 'status' in error && typeof error.status === 'number' ? error.status : undefined;

function bodyOf(text: string): WireError {
  try {
    const body: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(body) ? body[0] : body;
    if (typeof first === 'object' && first !== null && 'error' in first) return (first.error ?? {}) as WireError;
  } catch {
    // A proxy's page: its text is all there is.
  }
  return { message: text };
}

function fromWireError(said: WireError, status: number | undefined, facts: CallFacts, cause: unknown): LlmError {
  const details = Array.isArray(said.details) ? said.details : [];
  const reason = details.find((detail) => detail.reason !== undefined)?.reason;
  const message = typeof said.message === 'string' ? said.message.slice(0, LONGEST_MESSAGE) : undefined;
  return wireError({
    target: facts.target,
    status,
    kind: kindOf(status, reason, message ?? '', details),
    code: reason ?? said.status,
    message,
    requestId: facts.headers?.get('x-goog-request-id') ?? undefined,
    headers: withRetryDelay(facts.headers, details),
    body: { error: said },
    secrets: facts.secrets,
    cause,
    recover: recoveryFor(status, message ?? '', facts.credential),
  });
}

const LONGEST_MESSAGE = 600;

/** Reasons of `google.rpc.ErrorInfo` that say more than the status. */
const BY_REASON: Readonly<Record<string, ErrorKind>> = {
  API_KEY_INVALID: 'auth',
  API_KEY_EXPIRED: 'auth',
  BILLING_DISABLED: 'billing',
  CONSUMER_SUSPENDED: 'billing',
};

/** Only what the shared tables cannot know; 499 is Google's word for a call that was given up. */
function kindOf(
  status: number | undefined,
  reason: string | undefined,
  message: string,
  details: readonly WireErrorDetail[],
): ErrorKind | undefined {
  const named = BY_REASON[reason ?? ''];
  if (named !== undefined) return named;
  if (status === 400 && /api key (?:not valid|expired)/i.test(message)) return 'auth';
  if (status === 499) return 'server';
  if (status !== 429) return undefined;
  if (/credits are depleted|spending cap/i.test(message)) return 'billing';
  const isDaily = details.some(({ violations = [] }) => violations.some(({ quotaId }) => /PerDay/.test(quotaId ?? '')));
  return isDaily ? 'quota' : undefined;
}

/** `google.rpc.RetryInfo` stands in the body, as seconds with an `s`: it goes before the headers. */
function withRetryDelay(headers: HeaderReader | undefined, details: readonly WireErrorDetail[]): HeaderReader | undefined {
  const delay = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1]);
  if (Number.isNaN(seconds)) return headers;
  return { get: (name) => (name === 'retry-after-ms' ? String(seconds * 1000) : (headers?.get(name) ?? null)) };
}

interface Remedy extends Recovery {
  readonly refusal: RegExp;
}

/** 400s after which a changed request may succeed, by what the vendor says. Seen 2025-2026. */
const REMEDIES: readonly Remedy[] = [
  {
    id: 'signatures',
    refusal: /(?:invalid|corrupted|malformed|not valid).{0,40}thought.?signature|thought.?signature.{0,40}(?:invalid|corrupted|not valid)/i,
    what: 'thought signatures dropped',
    apply: withoutSignatures,
  },
  {
    id: 'schema-subset',
    refusal: /(?:unknown name|cannot find field|not supported).{0,80}(?:json_?schema)|json_?schema.{0,80}(?:unknown|not supported)/i,
    what: 'schemas cut to the OpenAPI subset',
    apply: withSubsetSchemas,
    remember: true,
  },
  {
    id: 'output-with-tools',
    refusal: /function calling with a response mime type/i,
    what: 'output schema given as words',
    apply: instructed,
    remember: true,
  },
  {
    id: 'reasoning',
    refusal: /thinking.?(?:level|budget|config)|thinking is not supported|budget \d+ is invalid/i,
    what: 'reasoning dropped',
    apply: (request) => ({ ...request, reasoning: undefined }),
    remember: true,
  },
];

function recoveryFor(status: number | undefined, message: string, credential: Recovery | undefined): Recovery | undefined {
  if (status === 401) return credential;
  if (status !== 400) return undefined;
  const remedy = REMEDIES.find(({ refusal }) => refusal.test(message));
  if (remedy === undefined) return undefined;
  const { refusal: _refusal, ...recovery } = remedy;
  return recovery;
}

function withoutSignatures(request: ModelRequest): ModelRequest {
  return {
    ...request,
    messages: request.messages.map((message) => {
      if (message.role !== 'assistant') return message;
      const parts = message.parts.filter(({ type }) => type !== 'reasoning').map(({ replay: _token, ...part }) => part);
      return { ...message, parts };
    }),
  };
}

/** The schema's form says where it goes: see `isSubset`. */
function withSubsetSchemas(request: ModelRequest): ModelRequest {
  const { output, tools } = request;
  return {
    ...request,
    tools: tools.map((tool) => ({ ...tool, parameters: toSubset(tool.parameters) })),
    output: output === undefined ? undefined : { ...output, schema: toSubset(output.schema) },
  };
}

/** google-auth-library has no classes to test against before it is loaded: its texts tell. */
function loginError(error: Error, target: string): LlmError | undefined {
  if (/invalid_grant|invalid_rapt|reauth/i.test(error.message)) {
    const message = `the Google login for ${target} has expired: log in again with gcloud auth application-default login`;
    return new LlmError('auth', message, { target, code: 'login-required' }, { cause: error });
  }
  if (!/default credentials|metadata (?:server|lookup)|credential file/i.test(error.message)) return undefined;
  const message = `no credentials for ${target}: pass token or apiKey, or set up application default credentials`;
  return new LlmError('auth', message, { target, status: 401, code: 'missing-key' }, { cause: error });
}
