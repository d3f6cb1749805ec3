/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message of the command's own, such as a file that is not there. */
export class Stop extends Error {
  readonly code: ExitCode;

  constructor(message: string, code: ExitCode = EXIT.usage) {
    super(message);
    this.code = code;
  }
}
