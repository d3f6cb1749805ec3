import { LlmError, type FileOwner, type FileReference } from '@majordomo/core';
import { abortable, bytesOfBlob, contentSize, type ContentPart } from '@majordomo/core/toolkit';
import { hashOfContent } from './content-hash.ts';
import type { StoredReference } from './references.ts';
import { keepMsAt, type Setup } from './setup.ts';
import type { Outcome } from './uploads.ts';

/** Account and tenant that own uploaded content. */
export interface Account extends FileOwner {
  readonly account: string;
  /** Ids of files that the vendor no longer has. */
  readonly gone: ReadonlySet<string>;
  /** Called if the store fails. */
  readonly onStoreFailure: (why: string) => void;
}

/** Returns the key of the content of a part in the store. Reads a blob whose hash is not known. */
export async function keyOfPart(part: ContentPart, owner: Account, { references }: Setup): Promise<string> {
  const { unread, bytes, mediaType } = part;
  const sha256 = unread?.sha256 ?? (await hashOfContent(unread?.blob ?? bytes));
  return references.keyOf({ account: owner.account, tenant: owner.tenant, sha256, mediaType });
}

/** Returns the reference to the content of a part, after an upload if the vendor does not have the content. */
export async function findReference(part: ContentPart, owner: Account, setup: Setup): Promise<FileReference> {
  const { context, gone } = owner;
  const { signal, target } = context;
  const startedAt = setup.clock.now();
  const key = await abortable(keyOfPart(part, owner, setup), signal);
  const size = contentSize(part);
  const emit = (type: 'uploaded' | 'reused' | 'forgotten'): void => {
    setup.emit({ type, target, size, ms: setup.clock.now() - startedAt });
  };
  const begin = async (shared: AbortSignal): Promise<Outcome> => {
    const stored = await setup.references.get(key, owner.onStoreFailure);
    if (stored !== undefined && !gone.has(stored.id)) return { reference: stored, isStored: true };
    if (stored !== undefined) emit('forgotten');
    const reference = await upload(part, { ...owner, context: { ...context, signal: shared } }, setup);
    emit('uploaded');
    await setup.references.set(key, reference, owner.onStoreFailure);
    return { reference, isStored: false };
  };
  let found = await setup.uploads.join(key, signal, begin);
  // The call has joined a search that began before the vendor reported the file as missing.
  if (gone.has(found.reference.id)) found = await setup.uploads.join(key, signal, begin);
  if (found.isStored) emit('reused');
  return found.reference;
}

async function upload(part: ContentPart, owner: Account, setup: Setup): Promise<StoredReference> {
  const { unread, bytes, mediaType, type } = part;
  const { backend, context } = owner;
  const { clock, timeoutMs } = setup;
  const { target } = context;
  const keepMs = keepMsAt(setup, backend);
  const blob = unread?.blob ?? new Blob([new Uint8Array(bytes)], { type: mediaType });
  const name = (type === 'file' ? part.name : undefined) ?? type;
  const limit = new AbortController();
  const cancelTimer = clock.timer(timeoutMs, () => {
    const why = `${target}: the upload of ${blob.size} bytes did not end within ${timeoutMs} ms; raise timeoutMs of createFiles`;
    limit.abort(new LlmError('timeout', why, { target, phase: 'complete' }));
  });
  const signal = AbortSignal.any([context.signal, limit.signal]);
  const startedAt = clock.now();
  try {
    const uploading = backend.upload(blob, { name, mediaType, keepMs }, { ...context, signal });
    const { expiresAt = startedAt + keepMs, ...reference } = await abortable(uploading, signal);
    return { ...reference, expiresAt };
  } catch (error) {
    // The error of the transport does not state that the file of a blob has changed. A read of one byte does.
    if (!signal.aborted && unread !== undefined) await bytesOfBlob(unread.blob.slice(0, 1), 'blob');
    throw error;
  } finally {
    cancelTimer();
  }
}
