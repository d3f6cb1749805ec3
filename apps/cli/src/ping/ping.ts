import { LlmError, user } from '@majordomo/core';
import { patientFetch } from '@majordomo/wire-kit';
import { openSpec } from '../backends/open.ts';
import { outline } from '../backends/outline.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';
import { writeJson } from '../terminal/write-json.ts';

/** Result of the request to one target. */
export interface Pong {
  readonly target: string;
  readonly ms: number;
  readonly error: { readonly kind: string; readonly message: string } | undefined;
}

/** Maximum number of output tokens of a request. One API rejects values below 16. */
const PROBE_TOKENS = 16;

/** Implements `majordomo ping`. Sends one small request to each target in parallel, without retries. */
export async function ping(
  spec: string,
  { timeout, json }: { readonly timeout: string; readonly json?: true },
  io: Io,
): Promise<ExitCode> {
  const seconds = Number(timeout);
  if (!(seconds > 0)) throw new Stop('--timeout must be a number of seconds above 0');
  const settings = await loadSettings(io);
  const targets = await targetsOf(spec, settings, io.signal);
  const pongs = await Promise.all(targets.map((target) => probe(target, settings, seconds * 1000, io)));
  if (json === true) writeJson(io.stdout, pongs);
  else for (const pong of pongs) io.stdout.write(line(pong, targets, io));
  return codeOf(pongs);
}

/** Resolves each element of the spec separately. An invalid element is returned unchanged, so that its probe reports the error. */
async function targetsOf(spec: string, settings: Settings, signal: AbortSignal): Promise<readonly string[]> {
  const { majordomo } = outline(settings);
  const found = await Promise.all(
    majordomo.parse(spec).map(async ({ text }) => {
      const resolved = await majordomo.resolve(text, { signal }).catch(() => undefined);
      return resolved?.map(({ target }) => target) ?? [text];
    }),
  );
  return [...new Set(found.flat())];
}

function codeOf(pongs: readonly Pong[]): ExitCode {
  if (pongs.some(({ error }) => error?.kind === 'config')) return EXIT.usage;
  return pongs.every(({ error }) => error === undefined) ? EXIT.ok : EXIT.failed;
}

/** Opens one target separately, so that a missing package affects only this target. */
async function probe(target: string, settings: Settings, totalMs: number, io: Io): Promise<Pong> {
  let startedAt = performance.now();
  const ms = (): number => Math.round(performance.now() - startedAt);
  // Restart the clock at each request, to exclude the time to load an SDK. Providers without `fetch` include this time.
  const fetch: typeof globalThis.fetch = (...request) => {
    startedAt = performance.now();
    return patientFetch(...request);
  };
  const request = { messages: [user('Answer with one word: ready')], maxTokens: PROBE_TOKENS };
  try {
    const majordomo = await openSpec(target, settings, { cwd: io.cwd, signal: io.signal, fetch });
    await majordomo
      .model(target)
      .generate(request, { signal: io.signal, attempts: 1, timeouts: { totalMs } });
    return { target, ms: ms(), error: undefined };
  } catch (error) {
    if (io.signal.aborted) throw error;
    if (error instanceof Stop) return { target, ms: ms(), error: { kind: 'config', message: error.message } };
    if (!LlmError.is(error)) throw error;
    const [attempt] = error.details.attempts;
    const { kind, message } = attempt?.error ?? error;
    return { target, ms: ms(), error: { kind, message } };
  }
}

function line({ target, ms, error }: Pong, targets: readonly string[], io: Io): string {
  const paint = painter(io.stdout);
  const width = Math.max(...targets.map((each) => each.length));
  const time = `${ms} ms`.padStart(9);
  const text =
    error === undefined
      ? paint('green', '✓')
      : `${paint('red', `✗ ${error.kind}`)}\n${wrapText(`    ${printable(error.message)}`, io.stdout.columns, 4)}`;
  return `${target.padEnd(width)} ${time}  ${text}\n`;
}
