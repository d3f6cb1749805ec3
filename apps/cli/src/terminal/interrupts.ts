/** Handler of Ctrl-C, which stops the current turn of a conversation, or the command. */
export class Interrupts {
  /** Time limit for closing connections, in milliseconds. */
  graceMs = 250;
  /** Whether the command is a server, which normally ends with SIGTERM. */
  isServer = false;
  /** Called on SIGHUP. If it is `undefined`, SIGHUP ends the command. */
  reload: (() => void) | undefined;
  private readonly all = new AbortController();
  private turn: AbortController | undefined;

  /** Signal that aborts when the command must end. */
  get signal(): AbortSignal {
    return this.all.signal;
  }

  /** Aborts the turn at the first Ctrl-C in a turn, otherwise the command. Returns which of the two was aborted. */
  press(): 'turn' | 'command' {
    const { turn } = this;
    this.turn = undefined;
    (turn ?? this.all).abort();
    return turn === undefined ? 'command' : 'turn';
  }

  /** Ends the command after its terminal was closed or a signal arrived. */
  end(): void {
    this.turn = undefined;
    this.all.abort();
  }

  /** Runs a task. A single Ctrl-C stops the task without ending the command. */
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
