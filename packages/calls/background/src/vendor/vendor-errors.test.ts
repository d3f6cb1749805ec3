import { LlmError, type ErrorDetails, type ErrorKind } from '@majordomo/core';
import { expect, it } from 'vitest';
import { isUnknownStart } from './vendor-errors.ts';

it.each<[string, ErrorKind, Partial<ErrorDetails>, boolean]>([
  ['a time limit', 'timeout', { phase: 'connect' }, true],
  ['a timeout of the transport after it was sent', 'timeout', { code: 'UND_ERR_HEADERS_TIMEOUT' }, true],
  ['a timeout before a connection existed', 'timeout', { code: 'UND_ERR_CONNECT_TIMEOUT' }, false],
  ['an abort', 'aborted', {}, true],
  ['a lost connection', 'network', { code: 'ECONNRESET' }, true],
  ['a refused connection', 'network', { code: 'ECONNREFUSED' }, false],
  ['an error that the vendor reports', 'server', {}, false],
  ['an answer instead of a job', 'unsupported', { status: 200 }, true],
  ['a server without jobs', 'unsupported', { status: 404 }, false],
])('the vendor may have received a start that ended with %s: %s %j %s', (_what, kind, details, isUnknown) => {
  expect(isUnknownStart(new LlmError(kind, 'failed', details))).toBe(isUnknown);
});
