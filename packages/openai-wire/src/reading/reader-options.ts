import type { Usage } from '@majordomo/core';
import type { EventWriter } from '@majordomo/wire-kit';
import type { OriginalSchemas } from '../schema/strict-tools.ts';

/** Values that the readers of both wires need. */
export interface ReaderOptions {
  /** Writes the events. Its target appears in errors. */
  readonly writer: EventWriter;
  /** Schemas by which nulls are removed from the response. */
  readonly originals?: OriginalSchemas | undefined;
  /** Returns values that no error may contain. */
  readonly secrets?: (() => readonly string[]) | undefined;
  /** Receives usage before the end, so that a failed attempt retains it; see `ModelContext.reportUsage`. */
  readonly reportUsage?: ((usage: Usage) => void) | undefined;
}
