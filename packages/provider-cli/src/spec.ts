import type { Effort } from '@majordomo/core';
import type { OutputReader, OutputReaderOptions } from './output-reader.ts';

/** Differences between CLIs. */
export interface CliSpec {
  /** Id of the provider. */
  readonly id: string;
  /** Vendor name in the catalogue, whose plan pays. */
  readonly vendor: string;
  /** Name of the executable in PATH. */
  readonly command: string;
  /** Arguments for machine output, and for plain text. */
  readonly args: readonly string[];
  readonly textArgs: readonly string[];
  readonly modelFlag: string;
  /** Flag before a prompt on the command line. Without one the prompt is the last argument, after `--`. */
  readonly promptFlag?: string | undefined;
  /** Destination of system text: a flag or a variable that names a file, or a file in the working directory. */
  readonly system: SystemPlace;
  /** Effort values, and the arguments for one of them. Absent if the CLI has no effort setting. */
  readonly effort?:
    { readonly words: readonly Effort[]; readonly args: (word: Effort) => readonly string[] } | undefined;
  /** Variable that limits the tokens of a response. */
  readonly maxTokensVariable?: string | undefined;
  /** Arguments that let every tool run without permission. */
  readonly skipPermissionsArgs: readonly string[];
  /** Variables of the CLI, as names or prefixes, that the child receives. */
  readonly env: readonly string[];
  /** Variables that are always set. */
  readonly setEnv: Readonly<Record<string, string>>;
  /** Variables that are set in the temporary directory of a call. */
  readonly emptyFolderEnv?: Readonly<Record<string, string>> | undefined;
  /**
   * Handling of `@path` in a prompt, which makes some CLIs read that file. `none`: this CLI does not. `fence`: an invisible
   * character prevents it. Otherwise these variables disable it.
   */
  readonly fileMentions: 'none' | 'fence' | { readonly switchedOffBy: Readonly<Record<string, string>> };
  /** Kinds of exit statuses. */
  readonly exitKinds: Readonly<Record<number, 'auth' | 'config' | 'invalid-request'>>;
  readonly reader: (options: OutputReaderOptions) => OutputReader;
}

export type SystemPlace =
  { readonly flag: string } | { readonly variable: string } | { readonly file: string };
