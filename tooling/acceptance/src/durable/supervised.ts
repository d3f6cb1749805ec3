import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Process that is restarted whenever it ends. */
export interface Supervised extends AsyncDisposable {
  /** Number of times the process ended. */
  readonly deaths: number;
  kill(): Promise<void>;
  /**
   * Returns the answer of the process to a line. Sends the line to the next process if this one ends first. Several lines may
   * be pending.
   */
  ask(question: object): Promise<unknown>;
}

type Child = ChildProcessWithoutNullStreams;

interface PendingQuestion {
  readonly line: string;
  readonly resolve: (answer: unknown) => void;
  /** Process that received the last line. */
  child: Child | undefined;
}

/** Starts `<name>-process.ts` of this folder and waits until it reports that it is ready. */
export async function supervised(name: string, args: readonly string[]): Promise<Supervised> {
  const script = new URL(`${name}-process.ts`, import.meta.url).pathname;
  const open = new Map<number, PendingQuestion>();
  let [deaths, ids] = [0, 0];
  let isOver = false;
  /** Process that runs, after it is ready. Each exit replaces it by the next process. */
  let life = begin();
  await life;
  return {
    get deaths() {
      return deaths;
    },
    async kill() {
      const child = await life;
      child.kill('SIGKILL');
      await once(child, 'exit');
      await life;
    },
    ask(question) {
      const id = ++ids;
      return new Promise((resolve) => {
        open.set(id, { line: JSON.stringify({ ...question, id }), resolve, child: undefined });
        void life.then(askAll);
      });
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      const child = await life;
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };

  async function begin(): Promise<Child> {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    let errorOutput = '';
    child.stderr.on('data', (chunk) => (errorOutput += String(chunk)));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    for (;;) {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${name} ended before it was ready: ${errorOutput}`);
      if (next.value === 'ready') break;
    }
    child.once('exit', () => {
      if (isOver) return;
      deaths++;
      life = begin();
      void life.then(askAll);
    });
    void listen(lines);
    return child;
  }

  function askAll(child: Child): void {
    for (const question of open.values()) {
      if (question.child === child) continue;
      question.child = child;
      child.stdin.write(`${question.line}\n`);
    }
  }

  async function listen(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      // Ignore the engine's log, which is also written to stdout.
      if (!line.startsWith('{"id":')) continue;
      const { id, answer } = JSON.parse(line) as { readonly id: number; readonly answer: unknown };
      open.get(id)?.resolve(answer);
      open.delete(id);
    }
  }
}
