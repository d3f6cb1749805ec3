// Replays the evaluation of apps/examples/evals, which pack.mjs copies. Node removes the types.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FOLDER = join(import.meta.dirname, 'evals');

/** Returns the problem of the replay, if any. */
export async function replayProblem() {
  try {
    const { evaluate } = await import('@majordomo/evals');
    const { default: support } = await import(pathToFileURL(join(FOLDER, 'support.eval.ts')).href);
    const { verdict, reasons } = await evaluate(support, { folder: FOLDER });
    return verdict === 'pass' ? undefined : `${verdict}: ${reasons[0]}`;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}
