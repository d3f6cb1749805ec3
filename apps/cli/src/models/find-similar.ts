import { configuredIds } from '../backends/configured.ts';
import { openIds } from '../backends/open.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../program/io.ts';

const LISTING_MS = 3000;
const MAX_RESULTS = 5;

/** Returns the shortest targets that contain the word. Omits backends whose models cannot be listed in time. */
export async function findSimilar(word: string, settings: Settings, io: Io): Promise<readonly string[]> {
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(LISTING_MS)]);
  const lists = await Promise.all(
    (await configuredIds(settings)).map(async (id) => {
      try {
        const majordomo = await openIds([id], settings, { cwd: io.cwd, signal });
        const listed = await majordomo.listModels(id, { signal });
        return listed.map((model) => `${id}/${model.id}`);
      } catch {
        return [];
      }
    }),
  );
  const like = lists.flat().filter((target) => target.toLowerCase().includes(word.toLowerCase()));
  return like.sort((a, b) => a.length - b.length).slice(0, MAX_RESULTS);
}
