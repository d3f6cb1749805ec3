import type { Billing, Timeouts } from '@majordomo/core';
import { TIMEOUT_KINDS, type KindsOf } from '@majordomo/core/toolkit';
import type { CliName } from './profiles.ts';

/** Options of `createCli`. */
export interface CliOptions {
  /** CLI to run. */
  readonly cli: CliName;
  /**
   * Name before the slash of a spec.
   * @default the CLI's, such as 'anthropic-cli'
   */
  readonly id?: string | undefined;
  /**
   * Vendor for prices.
   * @default the maker of the CLI
   */
  readonly vendor?: string | undefined;
  /**
   * `included` for a subscription, `metered` for a CLI that uses an API key.
   * @default 'included'
   */
  readonly billing?: Billing | undefined;
  /**
   * Path of the executable, or a name in PATH.
   * @default the CLI's name
   */
  readonly command?: string | undefined;
  /** Arguments after all others, such as `['--tools', '']`. */
  readonly args?: readonly string[] | undefined;
  /**
   * Complete environment of the child.
   * @default an allow-list from `env`
   */
  readonly childEnv?: Readonly<Record<string, string>> | undefined;
  /**
   * Working directory.
   * @default an empty temporary directory for each call
   */
  readonly cwd?: string | undefined;
  /**
   * How to pass the prompt. An argument is visible to every user of the machine, and Linux accepts at most 128 KiB of it.
   * @default 'stdin'
   */
  readonly prompt?: 'stdin' | 'argument' | undefined;
  /**
   * `text` for a CLI without machine output: no usage, and no streaming unless it prints while it runs.
   * @default 'stream'
   */
  readonly output?: 'stream' | 'text' | undefined;
  /**
   * Whether the CLI may run its tools without permission. Rejected for the super-user.
   * @default false
   */
  readonly skipPermissions?: boolean | undefined;
  /**
   * Whether `@path` in a prompt makes the CLI read that file. A prompt may contain untrusted text.
   * @default false
   */
  readonly fileMentions?: boolean | undefined;
  /**
   * Maximum bytes of output.
   * @default 67_108_864
   */
  readonly maxOutputBytes?: number | undefined;
  /**
   * `totalMs` limits the life of a child (300,000 by default), `idleMs` the time without output (180,000). 0 disables a
   * limit.
   */
  readonly timeouts?: Timeouts | undefined;
}

export const OPTIONS: KindsOf<CliOptions> = {
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
  maxOutputBytes: 1,
  timeouts: TIMEOUT_KINDS,
};
