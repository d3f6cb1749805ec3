import {
  LlmError,
  type FileLimits,
  type FileOwner,
  type FileReference,
  type ModelRequest,
  type TurnMessage,
  type Warning,
} from '@majordomo/core';
import {
  bytesOfBlob,
  contentsIn,
  contentSize,
  Semaphore,
  withContents,
  type ContentPart,
} from '@majordomo/core/toolkit';
import { findReference, type Account } from './find-reference.ts';
import type { Setup } from './setup.ts';

/** Maximum number of parallel uploads of one request. */
const MAX_UPLOADS = 4;
const NO_BYTES = new Uint8Array();

type Failure = { readonly error: unknown };

/** Returns the request with references instead of large content, after the uploads that are necessary. */
export async function refer(
  request: ModelRequest,
  owner: FileOwner,
  setup: Setup,
): Promise<{ readonly request: ModelRequest; readonly warnings: readonly Warning[] }> {
  const { messages } = request;
  const { context, backend } = owner;
  const warnings = new Map<string, Warning>();
  const account: Account = {
    ...owner,
    account: await backend.account(context),
    gone: new Set(context.recoveries?.flatMap(({ goneFiles = [] }) => goneFiles)),
    onStoreFailure: (why) => {
      warnings.set('store', storeWarning(why));
    },
  };
  const isReferred = (part: ContentPart): boolean => isLarge(part, owner, setup);
  const parts = [...new Set(messages.flatMap(contentsIn).filter(isReferred))];
  const places = new Semaphore(MAX_UPLOADS);
  const found = await Promise.all(
    parts.map(async (part): Promise<readonly [ContentPart, FileReference | Failure]> => {
      try {
        return [part, await places.run(context.signal, () => findReference(part, account, setup))];
      } catch (error) {
        return [part, { error }];
      }
    }),
  );
  const changed = new Map<ContentPart, ContentPart>();
  const failed: (readonly [ContentPart, unknown])[] = [];
  for (const [part, place] of found)
    if ('error' in place) failed.push([part, place.error]);
    else changed.set(part, withReference(part, place));
  for (const [part, error] of failed) {
    if (!canBeInline(error, context.signal)) throw error;
    const inline = messages.flatMap(contentsIn).filter((each) => !changed.has(each));
    if (!fits(inline, owner.limits)) throw error;
    warnings.set(`inline ${warnings.size}`, inlineWarning(part, error));
  }
  for (const [part] of failed) changed.set(part, await withBytes(part));
  const referred = messages.map((message): TurnMessage =>
    withContents(message, (part) => [changed.get(part) ?? part]),
  );
  return { request: { ...request, messages: referred }, warnings: [...warnings.values()] };
}

/** Whether content is sent by reference. */
export const isLarge = (
  part: ContentPart,
  { backend }: Pick<FileOwner, 'backend'>,
  { aboveBytes }: Setup,
): boolean => {
  // A text with a source is a search result, which only a request can contain.
  if (part.type === 'file' && part.source !== undefined) return false;
  const size = contentSize(part);
  return size >= aboveBytes && backend.accepts(part.mediaType, size);
};

function withReference<P extends ContentPart>(part: P, file: FileReference): P {
  const { unread: _content, ...rest } = part;
  return { ...rest, bytes: NO_BYTES, file } as P;
}

async function withBytes<P extends ContentPart>(part: P): Promise<P> {
  const { unread, ...rest } = part;
  if (unread === undefined) return part;
  return { ...rest, bytes: await bytesOfBlob(unread.blob, 'blob') } as P;
}

/** Whether content may be sent with the request after its upload has failed: neither an abort nor a blob that cannot be read. */
const canBeInline = (error: unknown, signal: AbortSignal): boolean =>
  !signal.aborted && LlmError.is(error) && error.kind !== 'aborted' && error.details.path !== 'blob';

function fits(parts: readonly ContentPart[], limits: FileLimits | undefined): boolean {
  const { maxBytes = Infinity, maxTotalBytes = Infinity, pdf } = limits ?? {};
  const files = parts.filter(({ type }) => type === 'file');
  const total = files.reduce((sum, part) => sum + contentSize(part), 0);
  const limitOf = ({ mediaType }: ContentPart): number =>
    mediaType === 'application/pdf' ? (pdf?.maxBytes ?? maxBytes) : maxBytes;
  return total <= maxTotalBytes && files.every((part) => contentSize(part) <= limitOf(part));
}

const inlineWarning = (part: ContentPart, error: unknown): Warning => ({
  action: 'emulated',
  what: (part.type === 'file' ? part.name : undefined) ?? part.mediaType,
  why: `sent with the request, because its upload failed: ${error instanceof Error ? error.message : String(error)}`,
});

const storeWarning = (why: string): Warning => ({
  action: 'dropped',
  what: 'store of file ids',
  why: `files are uploaded without the store, because it failed: ${why}`,
});
