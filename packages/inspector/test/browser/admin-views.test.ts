import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAdmin, createCallLog, createKeys, memoryCallStore, memoryKeyStore } from '@majordomo/admin';
import { describeWith } from '@majordomo/services';
import { openBrowser, openPage, violations } from '@majordomo/services/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { world } from './support/world.ts';

/** Folder of screenshots, which CI stores for inspection. */
const SHOTS = join(import.meta.dirname, '../../../../.ci/out/inspector');
const LONG = 120_000;

/** Starts an inspector with keys and a call log. */
async function adminWorld() {
  const keys = createKeys({ store: memoryKeyStore() });
  const calls = createCallLog({ store: memoryCallStore() });
  const limits = [
    { max: { usd: '100' }, per: 'month' as const },
    { max: { calls: 60 }, per: 'minute' as const },
  ];
  await keys.create({ name: 'search backend', tenant: 'search', models: ['house'], limits });
  await keys.revoke((await keys.create({ name: 'old notebook' })).key.id);
  const admin = createAdmin({ keys, calls });
  const w = await world({ admin, models: { house: 'house' } });
  const view = w.majordomo.with({ onEvent: calls.onEvent });
  for (let call = 0; call < 5; call++)
    await view
      .model('house')
      .generate({ messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] });
  await calls.flush();
  return { ...w, keys };
}

const open = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
};

describeWith('chromium', 'the views of the admin API in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'have no violation and fit the screen in %s mode at %i px',
    async (colorScheme, width) => {
      const w = await adminWorld();
      await using opened = await openPage(browser, w.address, {
        colorScheme,
        viewport: { width, height: 800 },
      });
      const { page, wrong } = opened;
      for (const name of ['Performance', 'Keys', 'Playground']) {
        await open(page, name);
        if (name !== 'Playground') await page.locator('tbody tr').first().waitFor();
        await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`), fullPage: true });
        const beyond = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect([name, beyond, await violations(page)]).toEqual([name, 0, []]);
      }
      await open(page, 'Keys');
      await page.getByRole('button', { name: 'Create key' }).click();
      await page.screenshot({ path: join(SHOTS, `CreateKey-${colorScheme}-${width}.png`) });
      expect([await violations(page), wrong]).toEqual([[], []]);
      await w[Symbol.asyncDispose]();
    },
    LONG,
  );

  it(
    'create, rotate and revoke a key, and show its secret once',
    async () => {
      const w = await adminWorld();
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await open(page, 'Keys');
      await page.getByRole('button', { name: 'Create key' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('checkout');
      await dialog.getByLabel('USD per month').fill('much');
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await dialog.getByRole('alert').filter({ hasText: 'limits[0].max.usd' }).waitFor();
      await dialog.getByLabel('USD per month').fill('12.50');
      await dialog.getByRole('button', { name: 'Create key' }).click();
      const secret = await dialog.getByLabel('Secret').inputValue();
      expect(secret).toMatch(/^mj_[\w-]{43}$/);
      await dialog.getByRole('button', { name: 'Done' }).click();
      const row = page.getByRole('row').filter({ hasText: 'checkout' });
      await row.filter({ hasText: '$12.5' }).waitFor();
      expect(await page.content()).not.toContain(secret.slice(3));
      await row.getByRole('button', { name: 'Rotate' }).click();
      await dialog.getByRole('button', { name: 'Rotate' }).click();
      expect(await dialog.getByLabel('Secret').inputValue()).not.toBe(secret);
      await dialog.getByRole('button', { name: 'Done' }).click();
      await row.getByRole('button', { name: 'Revoke' }).click();
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await row.filter({ hasText: 'revoked' }).waitFor();
      const [key] = await w.keys.list({ limit: 1 });
      expect([key?.name, key?.status]).toEqual(['checkout', 'revoked']);
      // The browser logs the rejected request.
      expect(wrong.filter((message) => !message.includes('400'))).toEqual([]);
      await w[Symbol.asyncDispose]();
    },
    LONG,
  );

  it(
    'send a prompt in the playground',
    async () => {
      const w = await adminWorld();
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await open(page, 'Playground');
      await page.getByLabel('Message').fill('Who runs the house?');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Answered by openai/gpt-5.4').waitFor();
      expect(await page.locator('.answer').textContent()).toContain('A butler runs the house');
      expect(wrong).toEqual([]);
      await w[Symbol.asyncDispose]();
    },
    LONG,
  );
});
