import type { Env } from '@majordomo/core';

/** Everything that a command has of the outside: tests hand in their own. */
export interface Io {
  readonly env: Env;
  readonly cwd: string;
  readonly home: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** How many ms the command may take from then on to put its things away; 250 unless it says so. */
  readonly takeTime: (ms: number) => void;
  /** Calls `reload` on SIGHUP, which ends the process otherwise. */
  readonly onHangup: (reload: () => void) => void;
  readonly stdin: Stdin;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Runs something that one Ctrl-C stops without ending the command. */
  interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * Asks a person for a line, or what is pasted as one text: `undefined` when interrupted, `null` at the end of input
   * (Ctrl-D). Only where stdin and stdout are terminals.
   */
  ask(question: string): Promise<string | null | undefined>;
  /** The same for yes and no. */
  confirm(question: string): Promise<boolean | null | undefined>;
  /** The same for a line that is not remembered; Enter alone takes what is suggested. */
  text(question: string, suggested?: string): Promise<string | null | undefined>;
  /** The same for a line that is not shown while it is typed. */
  secret(question: string): Promise<string | null | undefined>;
  /** The same for any number of choices, some of them picked to begin with. */
  choose(
    question: string,
    choices: readonly Choice[],
    picked: readonly string[],
  ): Promise<readonly string[] | null | undefined>;
}

/** One of several to pick from. */
export interface Choice {
  readonly value: string;
  readonly hint: string;
}

export interface Stdin {
  /** `socket` is what a parent process leaves open that never meant to write. */
  readonly kind: 'terminal' | 'file' | 'pipe' | 'socket' | 'none';
  text(): Promise<string>;
  /** As it comes. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface Output {
  readonly isTerminal: boolean;
  /** False under NO_COLOR, on dumb terminals, and where it is not a terminal. */
  readonly colour: boolean;
  /** A terminal that knows how to move back and erase; dumb ones do not. */
  readonly canErase: boolean;
  /** Cells of a line; `Infinity` where it is not a terminal. */
  readonly columns: number;
  readonly write: (piece: string | Uint8Array) => void;
}
