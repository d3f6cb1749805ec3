import type { Effort } from '@majordomo/core';
import { EFFORTS } from '@majordomo/core/toolkit';
import type { QuirkValues } from '@majordomo/wire-kit/internal';
import type { WireQuirks } from './quirks.ts';

/** Returns a parser for a comma-separated list of these values. */
export const listOf = <Value extends string>(values: readonly Value[]): QuirkValues<readonly Value[]> => ({
  takes: `a comma-separated list of ${values.join(', ')}`,
  read(text) {
    const list = text.split(',').map((each) => values.find((value) => value === each));
    return list.every((value) => value !== undefined) ? list : undefined;
  },
});

/** Returns a parser that accepts a non-negative integer or `value`. */
export const countOr = <Value extends string>(value: Value): QuirkValues<number | Value> => ({
  takes: `a non-negative integer or ${value}`,
  read: (text) => (text === value ? value : /^\d+$/.test(text) ? Number(text) : undefined),
});

const SENT_EFFORTS: readonly Exclude<Effort, 'none'>[] = EFFORTS.filter((effort) => effort !== 'none');

const HEADER = /^header:([\w-]+)$/;

/** Parser that accepts `prompt_cache_key`, `none`, or a header in the form `header:x-session-id`. */
const CACHE_KEY: QuirkValues<WireQuirks['cacheKey']> = {
  takes: 'prompt_cache_key, none or header:NAME',
  read(text) {
    if (text === 'prompt_cache_key' || text === 'none') return text;
    const header = HEADER.exec(text)?.[1];
    return header === undefined ? undefined : { header };
  },
};

/** Values that a DSN accepts for the quirks of both APIs. */
export const WIRE_QUIRK_VALUES: {
  readonly [Name in Exclude<keyof WireQuirks, 'extraBody' | 'serviceTiers'>]: QuirkValues<WireQuirks[Name]>;
} = {
  efforts: listOf(SENT_EFFORTS),
  strictTools: [true, false],
  toolSchemas: ['complete', 'plain', 'typed'],
  output: ['json_schema', 'json_object', 'instruct'],
  cacheRequest: ['prompt_cache_retention', 'prompt_cache_options', 'none'],
  cacheTtls: listOf(['30m', '12h']),
  cacheKey: CACHE_KEY,
  verbosity: [true, false],
  endUser: [true, false],
};
