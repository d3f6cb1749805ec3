// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.
import type { Catalog } from '../contract.ts';

/** Date and sources of the snapshot. */
export const DATE: Catalog['date'] = '2026-11-10';

/** Whose data it holds. */
export const SOURCES: Catalog['sources'] = [
  { name: 'models.dev', date: '2026-07-02', licence: 'MIT' },
  { name: 'genai-prices', date: '2026-08-21', licence: 'MIT' },
  { name: 'litellm', date: '2026-08-06', licence: 'MIT' },
  { name: 'pi-ai', date: '2026-11-10', licence: 'MIT' },
];
