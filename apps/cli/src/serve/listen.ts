import { randomBytes } from 'node:crypto';
import type { Served, ServedGateway, ServeOptions } from '@majordomo/gateway/node';
import { EXIT, Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';

/** Time for streams to end after Ctrl-C or SIGTERM, in milliseconds. */
export const GRACE_MS = 10_000;

/** Parses a port from 0, which selects a free port, to 65535. Throws `Stop` for any other text. */
export function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Stop(`--port must be a number from 0 (any free port) to 65535, not "${text}"`);
}

const MAX_DRAIN_MS = 600_000;

/** Parses `--drain`, from 0 to `MAX_DRAIN_MS` milliseconds. Throws `Stop` for any other text. */
export function drainOf(text = '0'): number {
  if (/^\d{1,6}$/.test(text) && Number(text) <= MAX_DRAIN_MS) return Number(text);
  throw new Stop(`--drain must be a number of milliseconds up to ${MAX_DRAIN_MS}, not "${text}"`);
}

interface Place extends ServeOptions {
  readonly port: number;
  readonly host: string;
}

/**
 * Starts a server with `@majordomo/gateway`. `why` names the feature that needs the package. Throws `Stop` if the package is not
 * available or the server cannot listen.
 */
export async function listen(
  gateway: ServedGateway,
  place: Place,
  why: string,
  { cwd }: Pick<Io, 'cwd'>,
): Promise<Served> {
  const loaded = await loadPackage('@majordomo/gateway/node', cwd, why);
  const { serve } = loaded as typeof import('@majordomo/gateway/node');
  try {
    return await serve(gateway, place);
  } catch (error) {
    throw new Stop(reasonFor(error, place), EXIT.failed);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; --port 0 selects a free one',
  EACCES: 'this port requires privileges; use one above 1023',
  EADDRNOTAVAIL: 'this machine does not have this address; use another --host',
  ENOTFOUND: 'the host is unknown; use another --host',
};

function reasonFor(error: unknown, { port, host }: Place): string {
  // `serve` rejects with an error whose cause is the error of the system.
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return `cannot listen on ${host}:${port}: ${why}`;
}

export const newToken = (): string => randomBytes(24).toString('base64url');

/** Returns the address of the inspector with its token. */
export const inspectorAt = (url: string, token: string): string => `${url}/inspector?token=${token}`;

/** Resolves when the signal aborts, which ends the command. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
