/** Who hears Ctrl-C: the turn of a conversation that is being answered, else the whole command. */
export class Interrupts {
  /** Longest that the command may take to put its things away, in ms. */
  graceMs = 250;
  /** Runs on SIGHUP. Without it, SIGHUP ends the command. */
  reload: (() => void) | undefined;
  private readonly all = new AbortController();
  private turn: AbortController | undefined;

  /** Aborted when the command is to end. */
  get signal(): AbortSignal {
    return this.all.signal;
  }

  /** Ctrl-C was pressed: says what it ends. Twice in one turn it ends the command. */
  press(): 'turn' | 'command' {
    const { turn } = this;
    this.turn = undefined;
    (turn ?? this.all).abort();
    return turn === undefined ? 'command' : 'turn';
  }

  /** The command is to end, whatever it does: its terminal is gone, or somebody stops it from outside. */
  end(): void {
    this.turn = undefined;
    this.all.abort();
  }

  /** Runs something that one Ctrl-C stops without ending the command. */
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
