import type { Usage } from '@majordomo/core';
import type { EventWriter } from '@majordomo/wire-kit';
import type { OriginalSchemas } from '../schema/strict-tools.ts';

/** Options of the readers of both APIs. */
export interface ReaderOptions {
  /** Writer of the events. Errors name the writer's target. */
  readonly writer: EventWriter;
  /** Caller's schemas. With them, the reader removes nulls that represent absent properties. */
  readonly originals?: OriginalSchemas | undefined;
  /** Names of the properties that receive the texts of tools without JSON arguments, by tool. @default `input` for all tools */
  readonly customInputs?: ReadonlyMap<string, string> | undefined;
  /** Returns the values to redact in errors. */
  readonly secrets?: (() => readonly string[]) | undefined;
  /** Function that receives usage before the response ends, so that a failed attempt includes it (`ModelContext.reportUsage`). */
  readonly reportUsage?: ((usage: Usage) => void) | undefined;
}
