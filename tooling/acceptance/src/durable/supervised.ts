import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { linesIn } from '../stores/lines.ts';

/** A process that is begun again whenever it dies. */
export interface Supervised extends AsyncDisposable {
  /** How often it died. */
  readonly deaths: number;
  kill(): Promise<void>;
  /** The process's answer to a line; asked again of the next one when it dies before. */
  ask(question: object): Promise<unknown>;
}

interface Life {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: AsyncGenerator<string, void>;
}

/** Begins `<name>-process.ts` of this folder, and waits until it says that it is ready. */
export async function supervised(name: string, args: readonly string[]): Promise<Supervised> {
  const script = new URL(`${name}-process.ts`, import.meta.url).pathname;
  let deaths = 0;
  let isOver = false;
  let life = begin();
  await life;
  return {
    get deaths() {
      return deaths;
    },
    async kill() {
      const { child } = await life;
      child.kill('SIGKILL');
      await once(child, 'exit');
      await life;
    },
    async ask(question) {
      for (;;) {
        const { child, lines } = await life;
        child.stdin.write(`${JSON.stringify(question)}\n`);
        const next = await lines.next();
        if (next.done !== true) return (JSON.parse(next.value) as { readonly answer: unknown }).answer;
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      const { child } = await life;
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };

  async function begin(): Promise<Life> {
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
    });
    return { child, lines };
  }
}
