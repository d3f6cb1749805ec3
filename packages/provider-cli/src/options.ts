import type { Billing, Timeouts } from '@majordomo/core';
import { TIMEOUT_KINDS, type KindsOf } from '@majordomo/core/toolkit';
import type { CliName } from './profiles.ts';

/** Which CLI, and how it is run. */
export interface CliOptions {
  /** Which CLI it is. */
  readonly cli: CliName;
  /** The name before the slash of a spec. Default: the CLI's, such as `anthropic-cli`. */
  readonly id?: string | undefined;
  /** Whose prices hold. Default: the CLI's maker. */
  readonly vendor?: string | undefined;
  /** Default `included`, which a subscription is; `metered` for a CLI that is logged in with an API key. */
  readonly billing?: Billing | undefined;
  /** A path, or a name to look up in PATH. Default: the CLI's own name. */
  readonly command?: string | undefined;
  /** Arguments after all others, such as `['--tools', '']`. */
  readonly args?: readonly string[] | undefined;
  /** The child's whole environment. Default: an allow-list out of the one that majordomo was given. */
  readonly childEnv?: Readonly<Record<string, string>> | undefined;
  /** Where it works. Default: an empty temporary folder for each call. */
  readonly cwd?: string | undefined;
  /** Default `stdin`. An argument is seen by every user of the machine, and Linux takes at most 128 KiB of it. */
  readonly prompt?: 'stdin' | 'argument' | undefined;
  /** `text` for a CLI that has no machine output: no usage, and no streaming where it does not print as it goes. */
  readonly output?: 'stream' | 'text' | undefined;
  /** Lets the CLI run its tools without a question. Refused for the super-user. */
  readonly skipPermissions?: boolean | undefined;
  /**
   * `true`: `@path` in a prompt makes the CLI read that file, as on its command line. Default: it does not, for a prompt
   * may hold words of strangers.
   */
  readonly fileMentions?: boolean | undefined;
  /** Most bytes of output; default 64 MiB. */
  readonly maxOutputBytes?: number | undefined;
  /** `totalMs` is the life of one child, default 300,000; `idleMs` defaults to 180,000. 0 is off. */
  readonly timeouts?: Timeouts | undefined;
}

/** Of what kind each is. */
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
