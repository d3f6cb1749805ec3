import type { Effort } from '@majordomo/core';
import type { OutputReader, OutputReaderOptions } from './output-reader.ts';

/** The ways in which the CLIs differ, as data. */
export interface CliSpec {
  /** The provider's id. */
  readonly id: string;
  /** Whose plan pays for it, in the catalogue's words. */
  readonly vendor: string;
  /** What is looked for in PATH. */
  readonly command: string;
  /** Arguments for machine output, and for plain text where that is not to be had. */
  readonly args: readonly string[];
  readonly textArgs: readonly string[];
  readonly modelFlag: string;
  /** The flag before a prompt on the command line; without one it stands last, after `--`. */
  readonly promptFlag?: string | undefined;
  /** Where system text goes: a flag or a variable that names a file, a file in the working directory, the prompt. */
  readonly system: SystemPlace;
  /** Its words for effort, and the arguments for one of them; absent where the CLI takes none. */
  readonly effort?:
    { readonly words: readonly Effort[]; readonly args: (word: Effort) => readonly string[] } | undefined;
  /** The variable that limits the tokens of an answer. */
  readonly maxTokensVariable?: string | undefined;
  /** Lets every tool run without a question. */
  readonly skipPermissionsArgs: readonly string[];
  /** Variables of its own that it may see, names or beginnings of names. */
  readonly env: readonly string[];
  /** What it always gets besides. */
  readonly setEnv: Readonly<Record<string, string>>;
  /** What it gets in the empty folder that is made for a call. */
  readonly emptyFolderEnv?: Readonly<Record<string, string>> | undefined;
  /**
   * `@path` in a prompt, which makes some CLIs read that file into it. `none`: this one does not; `fence`: it is kept
   * from it by a character that nobody sees; otherwise by these variables.
   */
  readonly fileMentions: 'none' | 'fence' | { readonly switchedOffBy: Readonly<Record<string, string>> };
  /** Exit statuses that it gives a meaning. */
  readonly exitKinds: Readonly<Record<number, 'auth' | 'config' | 'invalid-request'>>;
  readonly reader: (options: OutputReaderOptions) => OutputReader;
}

export type SystemPlace =
  { readonly flag: string } | { readonly variable: string } | { readonly file: string };
