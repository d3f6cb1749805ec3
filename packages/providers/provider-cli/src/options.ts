import type { Billing, Timeouts } from '@majordomo/core';
import { atLeast, TIMEOUT_KINDS, type KindsOf } from '@majordomo/core/toolkit';
import type { CliName } from './profiles.ts';

/** Options of `createCli`. */
export interface CliOptions {
  /** CLI to run. */
  readonly cli: CliName;
  /** Id of the provider, which precedes the slash in a spec. @default the default id for the CLI, such as 'anthropic-cli' */
  readonly id?: string | undefined;
  /** Name of the vendor in the catalog, which determines the prices. @default the maker of the CLI */
  readonly vendor?: string | undefined;
  /** Billing of the calls: `included` for a subscription, `metered` for a CLI that uses an API key. @default 'included' */
  readonly billing?: Billing | undefined;
  /** Path of the executable, or a name in PATH. @default the CLI's name */
  readonly command?: string | undefined;
  /** Arguments that follow those of the provider, such as `['--tools', '']`. @default none */
  readonly args?: readonly string[] | undefined;
  /** Complete environment of the child process. @default the allowed variables of `env` */
  readonly childEnv?: Readonly<Record<string, string>> | undefined;
  /** Working directory of the child process. @default an empty temporary directory for each call */
  readonly cwd?: string | undefined;
  /**
   * Channel by which the CLI receives the prompt. If the prompt is an argument, every user of the machine can read it, and
   * Linux limits its size to 128 KiB.
   * @default 'stdin'
   */
  readonly prompt?: 'stdin' | 'argument' | undefined;
  /**
   * Format of the output. `text` is for a CLI without machine-readable output. Plain text contains no usage, and the response is
   * streamed only if the CLI prints text while it runs.
   * @default 'stream'
   */
  readonly output?: 'stream' | 'text' | undefined;
  /**
   * Whether the CLI may run its tools without asking for permission. A call as the super-user fails with kind `config`.
   * @default false
   */
  readonly skipPermissions?: boolean | undefined;
  /** Whether `@path` in a prompt makes the CLI read this file. Use `false` for untrusted prompts. @default false */
  readonly fileMentions?: boolean | undefined;
  /** Maximum size of the output in bytes. If the output is larger, the call fails with kind `protocol`. @default 67_108_864 */
  readonly maxOutputBytes?: number | undefined;
  /**
   * Timeouts in milliseconds. `totalMs` limits the lifetime of the child process, by default to 300,000. `idleMs` limits the time
   * without output, by default to 180,000. 0 disables a timeout.
   */
  readonly timeouts?: Timeouts | undefined;
}

export const CLI_KINDS: KindsOf<CliOptions> = {
  cli: 'string',
  id: 'string',
  vendor: 'string',
  billing: ['metered', 'included'],
  command: 'string',
  args: 'array',
  childEnv: 'object',
  cwd: 'string',
  prompt: ['stdin', 'argument'],
  output: ['stream', 'text'],
  skipPermissions: 'boolean',
  fileMentions: 'boolean',
  maxOutputBytes: atLeast(1),
  timeouts: TIMEOUT_KINDS,
};
