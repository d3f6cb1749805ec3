/** Handles Ctrl-C: it stops the current turn of a conversation, or the command. */
export class Interrupts {
  /** Time limit for closing, in milliseconds. */
  graceMs = 250;
  /** Runs on SIGHUP. Without it, SIGHUP ends the command. */
  reload: (() => void) | undefined;
  private readonly all = new AbortController();
  private turn: AbortController | undefined;

  /** Aborted when the command has to end. */
  get signal(): AbortSignal {
    return this.all.signal;
  }

  /** Handles Ctrl-C and returns what it ends. Pressed twice in one turn, it ends the command. */
  press(): 'turn' | 'command' {
    const { turn } = this;
    this.turn = undefined;
    (turn ?? this.all).abort();
    return turn === undefined ? 'command' : 'turn';
  }

  /** Ends the command because its terminal was closed or a signal arrived. */
  end(): void {
    this.turn = undefined;
    this.all.abort();
  }

  /** Runs a task that one Ctrl-C stops without ending the command. */
  async interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const turn = new AbortController();
    this.turn = turn;
    try {
      return await run(AbortSignal.any([this.all.signal, turn.signal]));
    } finally {
      this.turn = undefined;
    }
  }
}
