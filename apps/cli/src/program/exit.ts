/** Exit codes of all commands. `inconclusive` and `incomplete` are verdicts of `majordomo eval`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, inconclusive: 3, incomplete: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Error that ends a command with a message, such as for a missing file. */
export class Stop extends Error {
  readonly code: ExitCode;

  constructor(message: string, code: ExitCode = EXIT.usage) {
    super(message);
    this.code = code;
  }
}
