import { configuredTargets } from '../config/configured-targets.ts';
import type { Settings } from '../config/settings.ts';
import { warning, type Finding, type Section } from './finding.ts';
import type { Io } from '../program/io.ts';
import { currentCatalog, rejectedFile } from '../catalog/current-catalog.ts';
import { readJson } from '../files/read-json.ts';

const DAY_MS = 86_400_000;
const OLD_DAYS = 30;

/** Reports configured targets whose models retire, a catalog that is older than 30 days, and rejected prices. */
export async function catalogSection(settings: Settings, io: Io): Promise<Section> {
  const { noticeOf } = await import('@majordomo/catalog');
  const catalog = await currentCatalog(io);
  const now = new Date();
  const findings: Finding[] = [];
  const named = await configuredTargets(settings, io);
  // Other sections report targets that cannot be opened.
  const targets = new Map(named.map(({ target }) => [target.target, target]));
  for (const { target, vendor = '', model } of targets.values()) {
    const found = await catalog.find(vendor, model);
    const notice = found && noticeOf(found.model, now);
    if (notice === undefined) continue;
    const { daysLeft, retires, successor } = notice;
    const when = daysLeft < 0 ? `has retired on ${retires}` : `retires on ${retires}, in ${daysLeft} days`;
    findings.push(warning(target, successor === undefined ? when : `${when}; its successor is ${successor}`));
  }
  const age = Math.floor((now.getTime() - Date.parse(catalog.date)) / DAY_MS);
  if (age > OLD_DAYS)
    findings.push(
      warning('prices', `are from ${catalog.date} and ${age} days old; run majordomo catalog update`),
    );
  const rejected = await rejectedModels(io);
  if (rejected.length > 0)
    findings.push(
      warning(
        'prices',
        `of ${rejected.join(', ')} were rejected; run majordomo catalog update, and accept correct prices with --accept vendor/id`,
      ),
    );
  return { title: 'Catalog', findings };
}

/** Returns the models whose prices the last update rejected. Returns an empty array for a missing or damaged file. */
async function rejectedModels(io: Io): Promise<readonly string[]> {
  const list = await readJson(rejectedFile(io), 'the list').catch(() => undefined);
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
}
