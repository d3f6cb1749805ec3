import type { UserPart } from '@majordomo/core';
import type { Io } from '../program/io.ts';
import { throwStop } from '../program/throw-stop.ts';
import { writeNote } from '../terminal/paint.ts';

const REFERS = /@(?:file:|folder:|git:|url:|diff\b|staged\b)/;
const MAX_TOKENS = 20_000;

/** Returns a typed prompt with the content of its references. Prints a warning for each reference that cannot be read. */
export async function resolvePrompt(text: string, { cwd, signal, stderr }: Io): Promise<readonly UserPart[]> {
  if (!REFERS.test(text)) return [{ type: 'text', text }];
  const { resolveReferences } = await import('@majordomo/context/node');
  try {
    const { parts, warnings } = await resolveReferences(text, { root: cwd, maxTokens: MAX_TOKENS, signal });
    for (const warning of warnings) writeNote(stderr, warning, 'yellow');
    return parts;
  } catch (error) {
    throwStop(error, 'config');
  }
}
