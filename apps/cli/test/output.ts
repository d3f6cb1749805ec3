/** Output of a running command. */
export interface Output {
  readonly out: () => string;
  readonly err: () => string;
  /** Waits until the output matches, and returns the match. Rejects with the output if the command ends before. */
  outputMatching(pattern: RegExp): Promise<string>;
}

/** Collects the output of a command until it ends. */
export function collectOutput(ended: Promise<unknown>): {
  readonly output: Output;
  readonly addOut: (text: string) => void;
  readonly addErr: (text: string) => void;
} {
  let out = '';
  let err = '';
  let isOver = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const end = (): void => {
    isOver = true;
    wake();
  };
  ended.then(end, end);
  return {
    addOut(text) {
      out += text;
      wake();
    },
    addErr(text) {
      err += text;
      wake();
    },
    output: {
      out: () => out,
      err: () => err,
      async outputMatching(pattern) {
        for (;;) {
          const match = pattern.exec(out + err);
          if (match !== null) return match[1] ?? match[0];
          if (isOver) throw new Error(`the command ended without ${String(pattern)}: ${out}${err}`);
          await new Promise<void>((resolve) => waiting.add(resolve));
        }
      },
    },
  };
}
