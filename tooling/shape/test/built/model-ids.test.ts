import { catalog, priceAt } from '@majordomo/catalog';
import { expect, test } from 'vitest';
import { SUGGESTED } from '../../../../apps/cli/src/init/choose.ts';

test.each(Object.entries(SUGGESTED))(
  'majordomo init suggests a model of %s with a price: %s',
  async (vendor, id) => {
    const found = await catalog.find(vendor, id);
    expect(found && priceAt(found.model, new Date(catalog.date))).toBeDefined();
  },
);
