import type { Message, PreparedTarget } from '@majordomo/core';
import { contentOf, contentsIn, contentSize, type ContentPart } from '@majordomo/core/toolkit';
import { keyOfPart, type Account } from './find-reference.ts';
import { isLarge } from './refer.ts';
import type { Setup } from './setup.ts';

/** Deletes the uploaded content of messages at the targets, and its ids in the store. */
export async function removeContents(
  targets: readonly PreparedTarget[],
  messages: readonly Message[],
  tenant: string | undefined,
  setup: Setup,
): Promise<void> {
  const originals = messages.flatMap(contentsOf);
  for (const target of targets) {
    const { attempt, provider, context } = target;
    const model = attempt.model ?? context.target.slice(context.target.indexOf('/') + 1);
    const backend = provider.files?.(model, context.env);
    if (backend === undefined) continue;
    const ignore = (): void => undefined;
    const owner: Account = {
      backend,
      tenant,
      limits: undefined,
      context,
      account: await backend.account(context),
      gone: new Set(),
      onStoreFailure: ignore,
    };
    // Images are uploaded as they were fitted to the target.
    const parts = [...attempt.request.messages.flatMap(contentsIn), ...originals];
    const large = parts.filter((part) => isLarge(part, owner, setup));
    const keys = new Map<string, ContentPart>();
    for (const part of large) keys.set(await keyOfPart(part, owner, setup), part);
    for (const [key, part] of keys) await removeFile(key, part, owner, setup);
  }
}

const contentsOf = (message: Message): readonly ContentPart[] => {
  if (message.role === 'system') return [];
  if (message.role !== 'user') return contentsIn(message);
  return message.parts.flatMap((part) => {
    if (part.type === 'text') return [];
    return [part.type === 'blob' ? contentOf(part) : part];
  });
};

async function removeFile(key: string, part: ContentPart, owner: Account, setup: Setup): Promise<void> {
  const { references, clock, emit } = setup;
  const startedAt = clock.now();
  const failures: string[] = [];
  const stored = await references.get(key, (why) => failures.push(why));
  if (failures.length > 0) throw new Error(`the store of file ids failed: ${failures.join('; ')}`);
  if (stored === undefined) return;
  await owner.backend.delete(stored.id, owner.context);
  await references.delete(key);
  emit({
    type: 'forgotten',
    target: owner.context.target,
    size: contentSize(part),
    ms: clock.now() - startedAt,
  });
}
