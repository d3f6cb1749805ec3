import type { CliName } from './profiles.ts';
import { startChild } from './child.ts';
import { commandLine, type Platform } from './command.ts';

/** Information about a CLI on this machine. */
export interface CliPresence {
  readonly cli: CliName;
  /** Path of the executable; `undefined` if the CLI is not installed. */
  readonly path: string | undefined;
  /** Version of the CLI; `undefined` if the CLI is not installed, or did not print a version within two seconds. */
  readonly version: string | undefined;
  /** Name of the environment variable that disables CLIs; `undefined` if no such variable is set. */
  readonly suppressedBy: string | undefined;
}

const PROBE_MS = 2000;
const MAX_READ = 4096;

/**
 * Returns a function that returns the version of a CLI. The function runs each executable for at most `PROBE_MS`, and caches the
 * version. Failures are not cached.
 */
export function versionProbe(): (
  file: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
  platform: Platform,
) => Promise<string | undefined> {
  const known = new Map<string, string>();
  return async (file, env, cwd, platform) => {
    const version = known.get(file) ?? (await readVersion(file, env, cwd, platform));
    if (version !== undefined) known.set(file, version);
    return version;
  };
}

async function readVersion(
  file: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
  platform: Platform,
): Promise<string | undefined> {
  const command = commandLine(file, ['--version'], env, platform);
  const { signal } = new AbortController();
  try {
    const child = await startChild({ command, cwd, env, stdin: '', signal, totalMs: PROBE_MS });
    let output = '';
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      if (output.length < MAX_READ) output += decoder.decode(chunk, { stream: true });
    }
    await child.exited;
    return /(?<!\d)\d+(?:\.\d+)+[\w.+-]*/.exec(output)?.[0];
  } catch {
    return undefined;
  }
}
