import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { linesIn } from '../stores/lines.ts';

/** A process that is begun again whenever it dies. */
export interface Supervised extends AsyncDisposable {
  /** How often it died. */
  readonly deaths: number;
  kill(): Promise<void>;
  /** The process's answer to a line; asked again of the next one when it dies before. Several may be asked at once. */
  ask(question: object): Promise<unknown>;
}

type Child = ChildProcessWithoutNullStreams;

interface Asked {
  readonly line: string;
  readonly resolve: (answer: unknown) => void;
  /** The last one that was asked. */
  child: Child | undefined;
}

/** Begins `<name>-process.ts` of this folder, and waits until it says that it is ready. */
export async function supervised(name: string, args: readonly string[]): Promise<Supervised> {
  const script = new URL(`${name}-process.ts`, import.meta.url).pathname;
  const open = new Map<number, Asked>();
  let [deaths, ids] = [0, 0];
  let isOver = false;
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
    let said = '';
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const lines = linesIn(child.stdout);
    for (;;) {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${name} ended before it was ready: ${said}`);
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
    for (const asked of open.values()) {
      if (asked.child === child) continue;
      asked.child = child;
      child.stdin.write(`${asked.line}\n`);
    }
  }

  async function listen(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      // The engine's own log is on stdout as well.
      if (!line.startsWith('{"id":')) continue;
      const { id, answer } = JSON.parse(line) as { readonly id: number; readonly answer: unknown };
      open.get(id)?.resolve(answer);
      open.delete(id);
    }
  }
}
