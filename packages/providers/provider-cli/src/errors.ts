import { LlmError } from '@majordomo/core';
import type { ErrorKind, Recovery } from '@majordomo/core';
import { asRecord, asText, redact } from '@majordomo/core/toolkit';
import { tryParseJson, wireError, type ErrorContext } from '@majordomo/wire-kit';
import { resetIn } from './reset.ts';

/** Failure that a CLI reported in its output. */
export interface CliFailure {
  readonly message: string;
  /** HTTP status, if the CLI reports one. */
  readonly status?: number | undefined;
  /** Error kind, if an output line or the exit status determines it. */
  readonly kind?: ErrorKind | undefined;
}

/** Creates the error for a failure that an output line reports. */
export type Fail = (failure: CliFailure) => LlmError;

/** Error context with the name of the command. */
export interface CliFacts extends ErrorContext {
  readonly command: string;
}

/**
 * Error kinds by message of the five CLIs (observed 2025-08 to 2026-11). The first match applies. The CLIs print these messages
 * for users and may change them.
 */
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

/** Maximum number of characters at the end of a message that the patterns search. */
const MAX_READ = 16_384;

/** Converts a failure of a CLI. Its `kind`, an unambiguous status or the message determines the error kind. */
export function cliError({ message, status, kind: known }: CliFailure, facts: CliFacts): LlmError {
  const text = withoutTerminalCodes(message.slice(-MAX_READ)).trim();
  const kind = known ?? byText(text, status);
  const wait = kind === 'quota' || kind === 'rate-limit' ? resetIn(text, Date.now()) : undefined;
  // With status 403, the CLI is logged in, but its account lacks a permission.
  const needsLogin = status === 401 || (kind === 'auth' && status !== 403);
  return wireError({
    target: facts.target,
    status,
    // Treat a quota with a known end as a rate limit, so that the chain skips the target only until that time.
    kind: kind === 'quota' && wait !== undefined ? 'rate-limit' : kind,
    code: needsLogin ? 'login-required' : undefined,
    message: text.slice(-MAX_MESSAGE_LENGTH),
    body: text,
    secrets: facts.secrets,
    requestId: requestIdIn(text),
    headers:
      wait === undefined ? undefined : { get: (name) => (name === 'retry-after-ms' ? String(wait) : null) },
  });
}

/** Returns the request id in the text. CLIs print the id in the vendor's body or in a sentence. */
function requestIdIn(text: string): string | undefined {
  const [, inBody, inWords] = /"request_id":\s*"([\w-]+)"|request id:? ([\w-]+)/i.exec(text) ?? [];
  return inBody ?? inWords;
}

const MAX_MESSAGE_LENGTH = 600;

function byText(message: string, status: number | undefined): ErrorKind | undefined {
  const [, named] = BY_TEXT.find(([pattern]) => pattern.test(message)) ?? [];
  if (status === undefined) return named;
  // Any other status than these two determines the kind itself.
  if (status === 429) return named === 'quota' ? named : 'rate-limit';
  if (status !== 400) return undefined;
  // A request without a login has status 401, and a request that did not arrive has no status.
  return named === 'auth' || named === 'network' ? undefined : named;
}

/** Exit of a child that failed or printed no response. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Last part of stderr, and the lines of stdout that are not JSON objects. */
  readonly output: string;
  readonly kind?: ErrorKind | undefined;
  /** Whether the arguments requested machine-readable output. */
  readonly machineOutput: boolean;
}

/** Creates the error for a child that failed or printed no response. */
export function exitError(
  { code, signal, output, kind, machineOutput }: ChildEnd,
  facts: CliFacts,
): LlmError {
  const { target, command } = facts;
  if (machineOutput && /(?:unknown|unrecognized|unexpected|invalid) (?:option|argument|flag)/i.test(output)) {
    const message = `${target}: ${command} rejected an option: ${firstLine(output, facts)}`;
    return new LlmError('config', message, { target, code: 'unknown-option', recover: PLAIN_TEXT });
  }
  if (code === 0) {
    const message = `${target}: ${command} ended without a response${output === '' ? '' : `: ${firstLine(output, facts)}`}`;
    // Output without a response suggests a version that ignores the flag for machine-readable output.
    const recover = machineOutput && output !== '' ? PLAIN_TEXT : undefined;
    return new LlmError('truncated', message, { target, recover });
  }
  const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with status ${code}`;
  if (output === '')
    return new LlmError(kind ?? 'server', `${target}: ${command} ${how} without output`, { target });
  return cliError({ message: messageIn(output), kind }, facts);
}

/** Returns the message of a JSON error in the text (`{ error: { message } }` or `{ data: { message } }`), otherwise the text. */
function messageIn(text: string): string {
  const clean = withoutTerminalCodes(text);
  const value = asRecord(tryParseJson(clean.slice(clean.indexOf('{'), clean.lastIndexOf('}') + 1)));
  return asText(asRecord(value['error'])['message']) ?? asText(asRecord(value['data'])['message']) ?? text;
}

/** Recovery of a CLI whose version has no machine-readable output. `toWire` reads `extra.output`. */
const PLAIN_TEXT: Recovery = {
  id: 'plain-text',
  what: 'requested plain-text output, which reports no usage',
  apply: (request) => ({ ...request, extra: { ...request.extra, output: 'text' } }),
  remember: true,
};

/** Creates the error for a child that could not be started. */
export function startError(error: unknown, { target, command }: CliFacts, cwd: string): LlmError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why =
    START_FAILURES[code] ?? `the process could not be started (${code === '' ? String(error) : code})`;
  const message = `${command}: ${why.replace('CWD', cwd)}`;
  return new LlmError(
    'config',
    message,
    { target, code: code === 'E2BIG' ? 'too-large' : 'not-executable' },
    { cause: error },
  );
}

/** Problems by error code. `startError` replaces `CWD` with the working directory. */
const START_FAILURES: Readonly<Record<string, string>> = {
  EACCES: 'the file is not executable; make it executable, or set command to another file',
  ENOEXEC: 'the file is not a program that this machine can run; set command to another file',
  ENOENT: 'the program, its interpreter or the working directory CWD does not exist; check command and cwd',
  ENOTDIR: 'the working directory CWD is not a directory; set cwd to a directory',
  E2BIG: 'the prompt is too long for a command line; set prompt to "stdin"',
};

const firstLine = (text: string, { secrets }: CliFacts): string =>
  redact(withoutTerminalCodes(text).trim().split('\n').at(0) ?? '', secrets).slice(0, MAX_MESSAGE_LENGTH);

// eslint-disable-next-line no-control-regex -- the codes begin with a control character
const ANSI = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Returns the text without terminal control codes. */
export const withoutTerminalCodes = (text: string): string => text.replace(ANSI, '');
