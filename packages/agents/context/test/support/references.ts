import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Part } from '@majordomo/core';
import { testFolder } from '@majordomo/test-support';
import { beforeEach } from 'vitest';
import { resolveReferences, type ReferenceOptions, type ResolvedReferences } from '../../src/node.ts';

/** Folder that contains `root`. */
export let home: string;
/** Folder whose files a prompt may name. */
export let root: string;

/** Creates both folders before each test, and removes them after it. */
export function useFolders(): void {
  beforeEach(async () => {
    home = testFolder();
    root = path.join(home, 'root');
    await mkdir(root);
  });
}

/** Writes a file below `root`. */
export async function put(name: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  await writeFile(path.join(root, name), content);
}

/** Resolves the references of a prompt with files in `root`. `texts`: the text of each part, or the type of another part. */
export async function resolved(
  text: string,
  options: Partial<ReferenceOptions> = {},
): Promise<ResolvedReferences & { readonly texts: readonly string[] }> {
  const { parts, warnings } = await resolveReferences(text, { root, maxTokens: 1000, ...options });
  const textOf = (part: Part): string => (part.type === 'text' ? part.text : part.type);
  return { parts, warnings, texts: parts.map(textOf) };
}
