import { LlmError } from '@majordomo/core';
import type { ErrorKind, Recovery } from '@majordomo/core';
import { asRecord, asText, redact } from '@majordomo/core/toolkit';
import { wireError, type ErrorContext } from '@majordomo/wire-kit';
import { resetIn } from './reset.ts';

/** What a CLI said about its failure. */
export interface CliFailure {
  readonly message: string;
  /** An HTTP status, where the CLI passes one on. */
  readonly status?: number | undefined;
  /** Where a line or an exit status knows better than the text. */
  readonly kind?: ErrorKind | undefined;
}

/** Makes the error for a failure that a line reports. */
export type Fail = (failure: CliFailure) => LlmError;

/** With the command that was run. */
export interface CliFacts extends ErrorContext {
  readonly command: string;
}

/** Texts of the five CLIs, seen 2025-08 to 2026-11. They are meant for people and change; the first match wins. */
const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [
    /not logged in|\/login\b|log ?in (?:again|first|required)|please (?:sign|log) in|not authenticated/i,
    'auth',
  ],
  [
    /set an auth method|authentication required|missing environment variable|no (?:api key|credentials)/i,
    'auth',
  ],
  [/invalid (?:api key|x-api-key|bearer token)|token (?:has )?expired|unauthorized|\b401\b/i, 'auth'],
  [
    /usage limit|(?:hit|reached) your (?:\w+ )?limit|(?:hour|day|daily|weekly|session) limit reached/i,
    'quota',
  ],
  [
    /exhausted your (?:daily )?(?:quota|capacity)|quota exceeded|exceeded your current quota|out of credits/i,
    'quota',
  ],
  [
    /credit balance is too low|billing|payment required|requires? (?:an? )?(?:paid|pro|upgraded) plan/i,
    'billing',
  ],
  [/rate.?limit|too many requests|\b429\b|resource.?exhausted/i, 'rate-limit'],
  [/cannot be used with root/i, 'config'],
  [/blocked by content filter|content policy|safety (?:filter|settings)/i, 'content-filter'],
  [/unexpected token|not valid json|(?:invalid|malformed) (?:json|response)/i, 'protocol'],
  [/overloaded|high demand|no capacity|\b529\b|\b503\b/i, 'overloaded'],
  [/model.{0,80}(?:not found|does not exist|not supported|not available|may not exist)/i, 'not-found'],
  [/(?:unknown|invalid|unsupported) model|modelnotfound/i, 'not-found'],
  [
    /unable to connect|connection (?:error|refused|reset)|econnre|enotfound|fetch failed|network error/i,
    'network',
  ],
];

/** Of what a CLI said, before anything looks at it: its last words are about the failure. */
const MOST_READ = 16_384;

/** The failure of a CLI that ran: an HTTP status first, then what its text means; a text that nobody knows is `server`. */
export function cliError({ message, status, kind: known }: CliFailure, facts: CliFacts): LlmError {
  const said = plain(message.slice(-MOST_READ)).trim();
  const kind = known ?? byText(said, status);
  const wait = kind === 'quota' || kind === 'rate-limit' ? resetIn(said, Date.now()) : undefined;
  return wireError({
    target: facts.target,
    status,
    // A limit that says when it ends is waited for; the chain benches until then.
    kind: kind === 'quota' && wait !== undefined ? 'rate-limit' : kind,
    code: status === 401 || (kind === 'auth' && status !== 403) ? 'login-required' : undefined,
    message: said.slice(-LONGEST_MESSAGE),
    body: said,
    secrets: facts.secrets,
    requestId: requestIdIn(said),
    headers:
      wait === undefined ? undefined : { get: (name) => (name === 'retry-after-ms' ? String(wait) : null) },
  });
}

/** They print the vendor's body, or name the id in words. */
function requestIdIn(text: string): string | undefined {
  const [, inBody, inWords] = /"request_id":\s*"([\w-]+)"|request id:? ([\w-]+)/i.exec(text) ?? [];
  return inBody ?? inWords;
}

const LONGEST_MESSAGE = 600;

function byText(message: string, status: number | undefined): ErrorKind | undefined {
  const [, named] = BY_TEXT.find(([pattern]) => pattern.test(message)) ?? [];
  if (status === undefined) return named;
  // Only what the status leaves open is taken from the text.
  if (status === 429) return named === 'quota' ? named : 'rate-limit';
  return status === 400 && named !== 'auth' && named !== 'network' ? named : undefined;
}

/** How a child ended that said nothing of use on its output. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to stderr, and lines of stdout in another format. */
  readonly said: string;
  readonly kind?: ErrorKind | undefined;
  readonly machineOutput: boolean;
}

/** A child that failed, or that ended well without an answer. */
export function exitError({ code, signal, said, kind, machineOutput }: Ended, facts: CliFacts): LlmError {
  const { target, command } = facts;
  if (machineOutput && /(?:unknown|unrecognized|unexpected|invalid) (?:option|argument|flag)/i.test(said)) {
    const message = `${command} does not know an option: ${firstLine(said, facts)}`;
    return new LlmError('config', message, { target, code: 'unknown-option', recover: PLAIN_TEXT });
  }
  if (code === 0) {
    const message = `${command} ended without an answer${said === '' ? '' : `: ${firstLine(said, facts)}`}`;
    const recover = machineOutput && said !== '' ? PLAIN_TEXT : undefined;
    return new LlmError('truncated', message, { target, recover });
  }
  const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with status ${code}`;
  if (said === '') return new LlmError(kind ?? 'server', `${command} ${how} and said nothing`, { target });
  return cliError({ message: messageIn(said), kind }, facts);
}

/** Some print an error as JSON among other lines: `{ error: { message } }`, `{ name, data: { message } }`. */
function messageIn(said: string): string {
  const clean = plain(said);
  try {
    const value = asRecord(JSON.parse(clean.slice(clean.indexOf('{'), clean.lastIndexOf('}') + 1)));
    return asText(asRecord(value['error'])['message']) ?? asText(asRecord(value['data'])['message']) ?? said;
  } catch {
    return said;
  }
}

/** A CLI too old for machine output can still print its answer. */
const PLAIN_TEXT: Recovery = {
  id: 'plain-text',
  what: 'plain text output: no usage, no streaming',
  apply: (request) => ({ ...request, extra: { ...request.extra, output: 'text' } }),
  remember: true,
};

/** The child could not be started. */
export function startError(
  error: unknown,
  { target, command }: CliFacts,
  cause: { readonly cwd: string },
): LlmError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = START_FAILURES[code] ?? `it could not be started (${code === '' ? String(error) : code})`;
  const message = `${command}: ${why.replace('CWD', cause.cwd)}`;
  return new LlmError(
    'config',
    message,
    { target, code: code === 'E2BIG' ? 'too-large' : 'not-executable' },
    { cause: error },
  );
}

const START_FAILURES: Readonly<Record<string, string>> = {
  EACCES: 'it is not executable',
  ENOEXEC: 'it is not a program that this machine can run',
  ENOENT: 'it, its interpreter or its working directory CWD does not exist',
  ENOTDIR: 'its working directory CWD is not a directory',
  E2BIG: 'the prompt is too long for a command line: leave `prompt` at stdin',
};

const firstLine = (text: string, { secrets }: CliFacts): string =>
  redact(plain(text).trim().split('\n').at(0) ?? '', secrets).slice(0, LONGEST_MESSAGE);

// eslint-disable-next-line no-control-regex -- the codes begin with a control character
const ANSI = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** The text without terminal codes. */
export const plain = (text: string): string => text.replace(ANSI, '');
