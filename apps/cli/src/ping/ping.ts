import { LlmError, user, type Majordomo } from '@majordomo/core';
import { knownOf, openSpec } from '../backends/open.ts';
import { expand } from '../backends/wanted.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { painter, printable } from '../paint.ts';

/** What one target did with the probe. */
export interface Pong {
  readonly target: string;
  readonly ms: number;
  readonly error: { readonly kind: string; readonly message: string } | undefined;
}

/** Enough for a word on every wire: one of them refuses less than 16. */
const PROBE_TOKENS = 16;

/** `majordomo ping`: one small request to each target, side by side; nothing is retried. */
export async function ping(
  spec: string,
  { timeout, json }: { readonly timeout: string; readonly json?: true },
  io: Io,
): Promise<ExitCode> {
  const seconds = Number(timeout);
  if (!(seconds > 0)) throw new Stop('--timeout is a number of seconds above 0');
  const settings = await loadSettings(io);
  const targets = expand(spec, knownOf(settings));
  const majordomo = await openSpec(spec, settings, { cwd: io.cwd });
  const pongs = await Promise.all(targets.map((target) => probe(target, majordomo, seconds * 1000, io)));
  if (json === true) io.stdout.write(`${JSON.stringify(pongs, undefined, 2)}\n`);
  else for (const pong of pongs) io.stdout.write(line(pong, targets, io));
  return codeOf(pongs);
}

function codeOf(pongs: readonly Pong[]): ExitCode {
  if (pongs.some(({ error }) => error?.kind === 'config')) return EXIT.usage;
  return pongs.every(({ error }) => error === undefined) ? EXIT.ok : EXIT.failed;
}

async function probe(target: string, majordomo: Majordomo, totalMs: number, io: Io): Promise<Pong> {
  const from = performance.now();
  const ms = (): number => Math.round(performance.now() - from);
  const request = { messages: [user('Answer with one word: ready')], maxTokens: PROBE_TOKENS };
  try {
    await majordomo
      .model(target)
      .generate(request, { signal: io.signal, attempts: 1, timeouts: { totalMs } });
    return { target, ms: ms(), error: undefined };
  } catch (error) {
    if (!LlmError.is(error) || io.signal.aborted) throw error;
    const [attempt] = error.details.attempts;
    const { kind, message } = attempt?.error ?? error;
    return { target, ms: ms(), error: { kind, message } };
  }
}

function line({ target, ms, error }: Pong, targets: readonly string[], io: Io): string {
  const paint = painter(io.stdout);
  const width = Math.max(...targets.map((each) => each.length));
  const time = `${ms} ms`.padStart(9);
  const told =
    error === undefined
      ? paint('green', '✓')
      : `${paint('red', `✗ ${error.kind}`)}\n    ${printable(error.message)}`;
  return `${target.padEnd(width)} ${time}  ${told}\n`;
}
