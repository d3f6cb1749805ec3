import type { Snapshot } from '../catalog-of.ts';

/** Holds no vendors until the first refresh. */
export const SNAPSHOT: Snapshot = {
  date: '2026-07-02',
  sources: [],
  vendors: [],
  load: () => Promise.resolve([]),
};
