import { SharedWork } from '@majordomo/core/toolkit';
import type { StoredReference } from './references.ts';

/** Reference, and whether another call or process has uploaded its content. */
export interface Outcome {
  readonly reference: StoredReference;
  readonly isStored: boolean;
}

/** Searches and uploads of this process, which calls share. One upload of the same content to the same account takes place at a time. */
export class Uploads {
  private readonly byKey = new Map<string, SharedWork<Outcome>>();

  /** Waits for the running upload of a key, or begins it. `begin` first looks for a stored reference. */
  async join(
    key: string,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<Outcome> {
    const running = this.byKey.get(key);
    if (running !== undefined && !running.isAborted)
      return { reference: (await running.waitFor(signal)).reference, isStored: true };
    const upload = new SharedWork(begin);
    this.byKey.set(key, upload);
    const remove = (): void => {
      if (this.byKey.get(key) === upload) this.byKey.delete(key);
    };
    upload.result.then(remove, remove);
    return upload.waitFor(signal);
  }
}
