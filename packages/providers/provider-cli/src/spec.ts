import type { Effort } from '@majordomo/core';
import type { OutputReader, OutputReaderOptions } from './output-reader.ts';

/** Properties of a CLI: its command, arguments, environment variables and features. */
export interface CliSpec {
  /** Id of the provider. */
  readonly id: string;
  /** Name of the vendor in the catalog. The vendor's plan pays for the calls. */
  readonly vendor: string;
  /** Name of the executable in PATH. */
  readonly command: string;
  /** Arguments for machine-readable output. */
  readonly args: readonly string[];
  /** Arguments for plain-text output. Contains no newer options, because it is used after a CLI has rejected an option of `args`. */
  readonly textArgs: readonly string[];
  readonly modelFlag: string;
  /** Flag that precedes a prompt on the command line. If it is not set, the prompt is the last argument, after `--`. */
  readonly promptFlag?: string | undefined;
  /** Destination of the system text: a flag or variable that contains the path of a file, or a file in the working directory. */
  readonly system: SystemPlace;
  /** Supported efforts, and the arguments that select an effort. Absent if the CLI has no effort setting. */
  readonly effort?:
    | { readonly words: readonly Effort[]; readonly args: (word: Effort) => readonly string[] }
    | undefined;
  /** Name of the environment variable that limits the tokens of a response. */
  readonly maxTokensVariable?: string | undefined;
  /** Arguments that allow every tool to run without asking for permission. */
  readonly skipPermissionsArgs: readonly string[];
  /** Environment variables of the CLI that the child receives, as names or prefixes. */
  readonly env: readonly string[];
  /** Environment variables that are always set. */
  readonly setEnv: Readonly<Record<string, string>>;
  /** Environment variables that are set only if the working directory is temporary. */
  readonly emptyFolderEnv?: Readonly<Record<string, string>> | undefined;
  /**
   * Handling of `@path` in a prompt. Some CLIs read the file at this path. `none`: the CLI does not read the file. `fence`: an
   * invisible character after `@` prevents the reading. `switchedOffBy`: these environment variables prevent the reading.
   */
  readonly fileMentions: 'none' | 'fence' | { readonly switchedOffBy: Readonly<Record<string, string>> };
  /** Error kinds by exit status. */
  readonly exitKinds: Readonly<Record<number, 'auth' | 'config' | 'invalid-request'>>;
  readonly reader: (options: OutputReaderOptions) => OutputReader;
}

export type SystemPlace =
  | { readonly flag: string }
  | { readonly variable: string }
  | { readonly file: string };
