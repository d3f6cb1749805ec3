import type { Fields } from './fields.ts';
import type { Notes } from './notes.ts';

/** Members of a tool that need no further warning. Each provider enforces the schema of a tool if its API can, as with `strict`. */
export const NOTED_MEMBERS: readonly string[] = ['type', 'allowed_callers', 'strict'];

/** Adds a warning if a vendor's program should call the tool. The gateway returns no programs, so the model calls the tool. */
export function noteCallers(tool: Fields, notes: Notes): void {
  if (tool.isSet('allowed_callers'))
    notes.dropped(
      'allowed_callers',
      'programs that the vendor runs are not supported; the model calls the tool',
    );
}
