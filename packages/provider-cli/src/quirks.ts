import type { Effort } from '@majordomo/core';
import type { Scribe } from '@majordomo/core/provider';
import type { Fail } from './errors.ts';

/** One line of a CLI's machine output. */
export type JsonLine = Readonly<Record<string, unknown>>;

/** Reads one CLI's machine output into a scribe, line by line. */
export interface OutputReader {
  /** True once the CLI has said that its answer is whole. */
  readonly done: boolean;
  /** Throws the failure that a line reports. */
  message(line: JsonLine): void;
  /** What the CLI complained of and may have got over: told when it ends without an answer. */
  readonly complaint?: string | undefined;
}

/** The ways in which the CLIs differ, as data. */
export interface CliSpec {
  /** The provider's id. */
  readonly id: string;
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
  /** Arguments for an effort, `undefined` for one that it has no word for; absent where the CLI takes none. */
  readonly effort?: ((effort: Effort) => readonly string[] | undefined) | undefined;
  /** The variable that limits the tokens of an answer. */
  readonly maxTokensVariable?: string | undefined;
  /** Lets every tool run without a question. */
  readonly skipPermissionsArgs: readonly string[];
  /** Variables of its own that it may see, names or beginnings of names. */
  readonly env: readonly string[];
  /** What it always gets besides. */
  readonly setEnv: Readonly<Record<string, string>>;
  /** Exit statuses that it gives a meaning. */
  readonly exitKinds: Readonly<Record<number, 'auth' | 'config' | 'invalid-request'>>;
  reader(scribe: Scribe, fail: Fail): OutputReader;
}

export type SystemPlace =
  { readonly flag: string } | { readonly variable: string } | { readonly file: string };
