import type { Case } from './harness.ts';

/** A timer of the case ran out before the event that the case needs; the machine may have been busy. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Throws unless `what` happened before a timer ran out. */
export function happened(did: boolean, what: string): void {
  if (!did) throw new Overtaken(what);
}

const TRIES = 5;

/** Returns the case with up to five tries when a timer overtook it. */
export const patient = (each: Case): Case => ({
  ...each,
  async run(harness) {
    for (let run = 1; ; run++) {
      try {
        await each.run(harness);
        return;
      } catch (error) {
        if (!(error instanceof Overtaken) || run === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * run));
      }
    }
  },
});
