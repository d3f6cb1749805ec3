import type { Effort } from '@majordomo/core';
import { EFFORTS } from '@majordomo/core/toolkit';
import type { QuirkValues } from '@majordomo/wire-kit';
import type { WireQuirks } from './quirks.ts';

/** Accepts a comma-separated list of these values. */
export const listOf = <Value extends string>(values: readonly Value[]): QuirkValues<readonly Value[]> => ({
  takes: `a comma list of ${values.join(', ')}`,
  read(text) {
    const list = text.split(',').map((each) => values.find((value) => value === each));
    return list.every((value) => value !== undefined) ? list : undefined;
  },
});

/** Accepts a non-negative integer or this value. */
export const countOr = <Value extends string>(value: Value): QuirkValues<number | Value> => ({
  takes: `a whole number or ${value}`,
  read: (text) => (text === value ? value : /^\d+$/.test(text) ? Number(text) : undefined),
});

const SENT_EFFORTS: readonly Exclude<Effort, 'none'>[] = EFFORTS.filter((effort) => effort !== 'none');

/** Values of the shared quirks in a DSN. */
export const WIRE_QUIRK_VALUES: {
  readonly [Name in Exclude<keyof WireQuirks, 'extraBody' | 'serviceTiers'>]: QuirkValues<WireQuirks[Name]>;
} = {
  efforts: listOf(SENT_EFFORTS),
  strictTools: [true, false],
  toolSchemas: ['complete', 'plain', 'typed'],
  output: ['json_schema', 'json_object', 'instruct'],
  cacheRequest: ['prompt_cache_retention', 'prompt_cache_options', 'none'],
  cacheTtl: ['30m', '12h'],
};
