import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts a program in a separate process, which sends one message when it is ready or done. Rejects if the process ends before.
 *
 * @param {string} name name in the error
 * @param {string} file path of the program
 * @param {readonly string[]} [args]
 * @param {object} [options] options of `fork`
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, message: unknown }>}
 */
export async function startChild(name, file, args = [], options = {}) {
  const child = fork(file, args, { execArgv: [], ...options });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code} before it sent a message`);
  });
  exited.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), exited]);
  return { child, message };
}

/** Runs the text of a module in a new process, and returns the JSON in the last line of its output. */
export function runModule(text, cwd) {
  const options = { cwd, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', text],
    options,
  );
  if (status !== 0) throw new Error(`a program failed: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
