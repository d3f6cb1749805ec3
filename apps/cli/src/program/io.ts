import type { Env } from '@majordomo/core';

/** Environment, streams and terminal of a command, which tests replace. */
export interface Io {
  readonly env: Env;
  readonly cwd: string;
  readonly home: string;
  readonly signal: AbortSignal;
  /** Version of Node that runs the command, such as `24.21.0`. */
  readonly nodeVersion: string;
  /**
   * Marks the command as a server. `graceMs`: time limit for closing connections, in milliseconds. If the server ends within this
   * time after SIGTERM, the exit code is 0. The time limit of other commands is 250 ms.
   */
  readonly becomeServer: (graceMs: number) => void;
  /** Calls `reload` on SIGHUP, which otherwise ends the process. */
  readonly onHangup: (reload: () => void) => void;
  readonly stdin: Stdin;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Runs a task. A single Ctrl-C stops the task without ending the command. */
  interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * Asks the user for a line, or for pasted text. Returns `undefined` when interrupted, and `null` at the end of input (Ctrl-D).
   * Requires stdin and stdout to be terminals.
   */
  ask(question: string): Promise<string | null | undefined>;
  /** Asks a yes-or-no question. Returns `undefined` when interrupted, `null` at the end of input. */
  confirm(question: string): Promise<boolean | null | undefined>;
  /** Asks for a line that is not added to the history. Enter accepts `suggested`. */
  text(question: string, suggested?: string): Promise<string | null | undefined>;
  /** Asks for a line that is not shown. */
  secret(question: string): Promise<string | null | undefined>;
  /** Asks the user for one or more choices. The choices in `picked` are initially selected. */
  choose(
    question: string,
    choices: readonly Choice[],
    picked: readonly string[],
  ): Promise<readonly string[] | null | undefined>;
}

/** Choice of a list. */
export interface Choice {
  readonly value: string;
  readonly hint: string;
}

export interface Stdin {
  /** Type of standard input. `socket` is a standard input that a parent process left open. */
  readonly kind: 'terminal' | 'file' | 'pipe' | 'socket' | 'none';
  text(): Promise<string>;
  bytes(): AsyncIterable<Uint8Array>;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Whether colors are used. `false` with NO_COLOR, on dumb terminals, and without a terminal. */
  readonly hasColor: boolean;
  /** Whether the terminal can move the cursor and erase text. `false` for dumb terminals. */
  readonly canErase: boolean;
  /** Number of cells per line, or `Infinity` without a terminal. */
  readonly columns: number;
  readonly write: (piece: string | Uint8Array) => void;
}

/** Whether a person can answer prompts of the command. */
export const isPerson = ({ stdin, stdout }: Pick<Io, 'stdin' | 'stdout'>): boolean =>
  stdin.kind === 'terminal' && stdout.isTerminal;
