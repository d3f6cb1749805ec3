import type { CliName } from './profiles.ts';
import { startChild } from './child.ts';
import { commandLine, type Platform } from './command.ts';

/** What is known of a CLI on this machine. */
export interface CliPresence {
  readonly cli: CliName;
  /** The file that would run; `undefined` when it is not installed. */
  readonly path: string | undefined;
  /** `undefined` when it did not say within two seconds. */
  readonly version: string | undefined;
  /** The variable that switches CLIs off, if one does. */
  readonly suppressedBy: string | undefined;
}

const PROBE_MS = 2000;
/** A version stands in front; what talks on is not kept. */
const MOST_READ = 4096;

/** Asks a CLI for its version, once per file and at most `PROBE_MS`; a failure is not kept. */
export function versionProbe(): (
  file: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
  platform: Platform,
) => Promise<string | undefined> {
  const known = new Map<string, string>();
  return async (file, env, cwd, platform) => {
    const version = known.get(file) ?? (await ask(file, env, cwd, platform));
    if (version !== undefined) known.set(file, version);
    return version;
  };
}

async function ask(
  file: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
  platform: Platform,
): Promise<string | undefined> {
  const command = commandLine(file, ['--version'], env, platform);
  const { signal } = new AbortController();
  try {
    const child = await startChild({ command, cwd, env, stdin: '', signal, totalMs: PROBE_MS });
    let said = '';
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      if (said.length < MOST_READ) said += decoder.decode(chunk, { stream: true });
    }
    await child.exited;
    return /(?<!\d)\d+(?:\.\d+)+[\w.+-]*/.exec(said)?.[0];
  } catch {
    return undefined;
  }
}
