/** Writes the matrix that the harnesses describe. Their tests run each case of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@majordomo/test-support';
import { ALL_PROFILES } from '../profiles.ts';
import { featureTable, withFeatures } from './features.ts';
import { page } from './render.ts';
import { PROFILES, PROVIDERS } from './subjects.ts';

const VENDORS = join(ROOT, 'apps/docs/vendors.md');
writeFileSync(join(ROOT, 'apps/docs/conformance.md'), page(PROVIDERS, PROFILES, ALL_PROFILES));
writeFileSync(VENDORS, withFeatures(readFileSync(VENDORS, 'utf8'), await featureTable(PROVIDERS)));
