import { LlmError } from '@majordomo/core';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { withCounts } from './with-counts.ts';
import { wrapText } from './wrap-text.ts';
import type { Io } from '../program/io.ts';
import { painter, printable } from './paint.ts';

/** Prints an error on stderr and returns its exit code. Unexpected errors are thrown. */
export function printError(error: unknown, io: Io): ExitCode {
  const paint = painter(io.stderr);
  const say = (label: string, text: string): void => {
    const [first = '', ...more] = wrapText(`${label} ${printable(text)}`, io.stderr.columns, 2).split('\n');
    const lines = [paint('red', label) + first.slice(label.length), ...more];
    io.stderr.write(`${lines.join('\n')}\n`);
  };
  if (io.signal.aborted) return EXIT.interrupted;
  if (error instanceof Stop) {
    say('majordomo:', error.message);
    return error.code;
  }
  if (!LlmError.is(error)) throw error;
  if (error.kind === 'exhausted') printAttempts(error, say, io);
  else say(`${error.kind}:`, error.message);
  const hint = hintFor(error);
  if (hint !== undefined) io.stderr.write(`${paint('dim', hint)}\n`);
  return codeFor(error);
}

/** Prints each failed target once, with the reason. */
function printAttempts(
  { details }: LlmError,
  say: (label: string, text: string) => void,
  { stderr }: Io,
): void {
  say('exhausted:', 'no target answered');
  const reasons = details.attempts.map(({ target, outcome, error }) =>
    error === undefined ? `  ${target}: ${outcome}` : `  ${target}: ${error.kind}\n    ${error.message}`,
  );
  for (const reason of withCounts(reasons))
    stderr.write(`${wrapText(printable(reason), stderr.columns, 4)}\n`);
}

/** Returns `interrupted` for `aborted`, `usage` for errors in arguments or configuration, otherwise `failed`. */
export function codeFor(error: LlmError): ExitCode {
  if (error.kind === 'aborted') return EXIT.interrupted;
  return error.kind === 'config' ? EXIT.usage : EXIT.failed;
}

function hintFor(error: LlmError): string | undefined {
  const { retryAfterMs = 0 } = error.details;
  const isLimit = LlmError.is(error, 'rate-limit', 'quota');
  if (isLimit && retryAfterMs > 0) return `retry in ${Math.ceil(retryAfterMs / 1000)} s`;
  if (error.details.code === 'unknown-provider') return 'run majordomo doctor for the list of providers';
  if (LlmError.is(error, 'denied')) return 'run majordomo limits for the remaining amounts';
  if (LlmError.is(error, 'auth')) return 'run majordomo doctor to see which credentials were found';
  if (LlmError.is(error, 'not-found')) return 'run majordomo models for the models of each backend';
  return undefined;
}
