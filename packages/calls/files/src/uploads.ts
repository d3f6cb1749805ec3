import { abortable } from '@majordomo/core/toolkit';
import type { StoredReference } from './references.ts';

/** Reference, and whether another call or process has uploaded its content. */
export interface Outcome {
  readonly reference: StoredReference;
  readonly isStored: boolean;
}

/** Search or upload that several calls share. It is aborted when all of them are aborted. */
class SharedUpload {
  readonly result: Promise<Outcome>;
  private readonly controller = new AbortController();
  private waiting = 0;

  constructor(begin: (signal: AbortSignal) => Promise<Outcome>) {
    this.result = begin(this.controller.signal);
    // If no call waits, the rejection must not be reported as unhandled.
    this.result.catch(() => undefined);
  }

  get isAborted(): boolean {
    return this.controller.signal.aborted;
  }

  async waitFor(signal: AbortSignal): Promise<Outcome> {
    this.waiting++;
    try {
      return await abortable(this.result, signal);
    } finally {
      if (--this.waiting === 0) this.controller.abort(signal.reason);
    }
  }
}

/** Uploads of this process. One upload of the same content to the same account takes place at a time. */
export class Uploads {
  private readonly byKey = new Map<string, SharedUpload>();

  /** Waits for the running upload of a key, or begins it. `begin` first looks for a stored reference. */
  async join(
    key: string,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<Outcome> {
    const running = this.byKey.get(key);
    if (running !== undefined && !running.isAborted)
      return { reference: (await running.waitFor(signal)).reference, isStored: true };
    const upload = new SharedUpload(begin);
    this.byKey.set(key, upload);
    const remove = (): void => {
      if (this.byKey.get(key) === upload) this.byKey.delete(key);
    };
    upload.result.then(remove, remove);
    return upload.waitFor(signal);
  }
}
